# What a volume is filled with.
{ lib }:
let
  inherit (lib) mkOption types;
  file = import ../file.nix { inherit lib; };
in
types.submodule {
  options = {
    source = mkOption {
      type = types.nullOr file;
      default = null;
      example = "https://example.org/debian-12.qcow2";
      description = "An absolute path or a URL (http, https, file).";
    };
    hash = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
      description = "Hash of the file, as `sha256-BASE64` or `sha256:HEX`. Required with a URL.";
    };
    format = mkOption {
      type = types.enum [
        "qcow2"
        "raw"
      ];
      default = "qcow2";
      example = "raw";
      description = "Format of the file.";
    };
  };
}
