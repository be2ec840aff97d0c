# One place for what several units have in common: tags and policies. What a
# unit says itself always wins; `hypernix explain UNIT` shows what came from where.
{ lib, ... }:
{
  hypervisor.compute = {
    tags = {
      small = {
        category = "performance";
        description = "Half a processor and a little memory";
        values.resources = {
          compute.units = 50;
          memory.size = "256Mi";
        };
      };
      # Of two tags that set the same, the one of the higher priority wins.
      roomy = {
        category = "performance";
        priority = 80;
        description = "More memory, whatever other tags say";
        values.resources.memory.size = "1Gi";
      };
    };

    policies.lab = {
      description = "Machines that nobody misses";
      tags = [ "small" ];
      defaults = {
        autostart = false;
        shutdown.timeout = "10s";
      };
      # Checked on what comes out: more than this is refused, and says why.
      constraints.resources.memory.size.max = "2Gi";
    };

    units =
      # A unit is a value: make as many as you like.
      lib.genAttrs
        [
          "lab-1"
          "lab-2"
          "lab-3"
        ]
        (name: {
          policies = [ "lab" ];
          labels.team = "lab";
          image = "/var/lib/images/debian-12.qcow2";
          cloudInit.hostname = name;
        })
      // {
        # 1Gi from `roomy`, half a processor from `small`, 30 seconds of its own.
        lab-big = {
          policies = [ "lab" ];
          tags = [ "roomy" ];
          image = "/var/lib/images/debian-12.qcow2";
          shutdown.timeout = "30s";
        };
      };
  };
}
