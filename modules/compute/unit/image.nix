# Where a unit's root disk or root file system comes from.
{ lib }:
let
  inherit (lib) mkOption types;
  file = import ../../file.nix { inherit lib; };
in
types.submodule {
  options = {
    source = mkOption {
      type = types.nullOr file;
      default = null;
      example = "https://example.org/debian-12.qcow2";
      description = ''
        For a VM an absolute path or a URL (http, https, file); for a container the image
        reference.
      '';
    };
    hash = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
      description = "Hash of the file, as `sha256-BASE64` or `sha256:HEX`. Required with a URL.";
    };
    volume = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "default/debian-12";
      description = "A volume to boot from, as `pool/volume`.";
    };
    archive = mkOption {
      type = types.nullOr file;
      default = null;
      example = "/srv/images/web.tar";
      description = "An archive of a container image, as `docker save` writes it.";
    };
    rootfs = mkOption {
      type = types.nullOr file;
      default = null;
      example = "/srv/images/rootfs.tar";
      description = ''
        An archive of a root file system to make a container image of. The image is named by the
        archive's contents: other contents behind the same path are another image, and an archive
        that many units name becomes one image.
      '';
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
    clone = mkOption {
      type = types.enum [
        "overlay"
        "copy"
      ];
      default = "overlay";
      example = "copy";
      description = ''
        Whether the root disk only holds what differs from the image, or is a copy of it.
      '';
    };
    pull = mkOption {
      type = types.enum [
        "missing"
        "always"
        "never"
      ];
      default = "missing";
      example = "always";
      description = "When to fetch a container image.";
    };
  };
}
