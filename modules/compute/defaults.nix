# What holds for every unit, unless something more specific says otherwise.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.compute.defaults = {
    defaultTags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "production" ];
      description = "Tags that every unit has, after its own and those of its policies.";
    };
    resourceMultiplier = mkOption {
      type = types.float;
      default = 1.0;
      example = 1.5;
      description = "Factor on processors and memory where a unit does not set them itself.";
    };
    scheduling = {
      algorithm = mkOption {
        type = types.enum [
          "binpack"
          "spread"
          "random"
          "custom"
        ];
        default = "binpack";
        example = "spread";
        description = "How units are placed on hosts.";
      };
      preemption = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether a unit may displace a less important one.";
      };
    };
    strictTags = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether a tag without a definition is an error rather than a plain marker.";
    };
    unit = mkOption {
      type = types.attrsOf types.anything;
      default = { };
      example = {
        resources.memory.size = "512Mi";
      };
      description = "Settings for every unit, below those of policies.";
    };
  };
}
