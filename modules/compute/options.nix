# Units, and the tags and policies they take settings from.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
  unit = import ./unit { inherit lib; };
in
{
  options.hypervisor.compute = {
    units = mkOption {
      type = types.attrsOf unit;
      default = { };
      example = {
        web = {
          tags = [ "high-performance" ];
          resources.compute.units = 400;
          image = "/var/lib/images/debian-12.qcow2";
        };
      };
      description = "The virtual machines and containers of this host, by name.";
    };
    tags = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "big";
                description = "The tag's name.";
              };
              category = mkOption {
                type = types.enum [
                  "performance"
                  "security"
                  "network"
                  "storage"
                  "lifecycle"
                  "compliance"
                ];
                example = "performance";
                description = "What the tag is about.";
              };
              priority = mkOption {
                type = types.int;
                default = 50;
                example = 80;
                description = ''
                  Which tag wins where two set the same: the higher. Of equal ones the unit's own
                  win over its policies', and the one listed first over a later one.
                '';
              };
              description = mkOption {
                type = types.str;
                default = "";
                example = "Plenty of memory";
                description = "What the tag is for.";
              };
              values = mkOption {
                type = types.attrsOf types.anything;
                default = { };
                example = {
                  resources.memory.size = "16Gi";
                };
                description = "Settings of a unit, as under `units.<name>`.";
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        big = {
          category = "performance";
          values.resources.memory.size = "16Gi";
        };
      };
      description = "Named settings that units take over by listing the tag.";
    };
    policies = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "small";
                description = "The policy's name.";
              };
              description = mkOption {
                type = types.str;
                default = "";
                example = "For the lab";
                description = "What the policy is for.";
              };
              tags = mkOption {
                type = types.listOf types.str;
                default = [ ];
                example = [ "secure-boot" ];
                description = "Tags that units with this policy have beside their own.";
              };
              defaults = mkOption {
                type = types.attrsOf types.anything;
                default = { };
                example = {
                  resources.memory.size = "512Mi";
                };
                description = "Settings for units that nothing more specific sets.";
              };
              constraints = mkOption {
                type = types.attrsOf types.anything;
                default = { };
                example = {
                  resources.memory.size = {
                    max = "2Gi";
                  };
                };
                description = ''
                  What must hold for a unit: at a field's path the value it must have, or a set of
                  `min`, `max`, `oneOf`, `pattern`, `required`.
                '';
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        small = {
          defaults.resources.memory.size = "512Mi";
          constraints.resources.memory.size.max = "2Gi";
        };
      };
      description = "Rules for kinds of units: tags, defaults, constraints.";
    };
  };
}
