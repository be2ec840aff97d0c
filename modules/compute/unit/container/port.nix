# A published port: `[address:]host:container[/protocol]`, or a set.
{ lib }:
let
  inherit (lib) mkOption types;

  pattern = "((([0-9.]+|\\[[0-9a-fA-F:]+]):)?([0-9]+):)?([0-9]+)(/(tcp|udp|sctp))?";
  parse =
    text:
    let
      found = builtins.match pattern text;
      part = builtins.elemAt found;
    in
    {
      container = lib.toIntBase10 (part 4);
    }
    // lib.optionalAttrs (part 2 != null) { address = part 2; }
    // lib.optionalAttrs (part 3 != null) { host = lib.toIntBase10 (part 3); }
    // lib.optionalAttrs (part 6 != null) { protocol = part 6; };

  short = types.strMatching pattern // {
    description = "string such as \"8080:80/tcp\"";
  };
in
types.coercedTo short parse (
  types.submodule {
    options = {
      host = mkOption {
        type = types.nullOr types.port;
        default = null;
        example = 8080;
        description = "Port of the host. The engine chooses one if null.";
      };
      container = mkOption {
        type = types.port;
        example = 80;
        description = "Port inside the container.";
      };
      protocol = mkOption {
        type = types.enum [
          "tcp"
          "udp"
          "sctp"
        ];
        default = "tcp";
        example = "udp";
        description = "The protocol.";
      };
      address = mkOption {
        type = types.str;
        default = "0.0.0.0";
        example = "127.0.0.1";
        description = "Address of the host to listen on.";
      };
    };
  }
)
