# The tags we ship. Each is a default: a definition of the same tag replaces it.
{ lib, ... }:
let
  inherit (lib) mkDefault;
in
{
  hypervisor.compute.tags = lib.mapAttrs (_: tag: lib.mapAttrs (_: mkDefault) tag) {
    high-performance = {
      category = "performance";
      priority = 60;
      description = "Processors as the host has them";
      values = {
        cpu.mode = "host-model";
        workload.profile = "cpu-intensive";
      };
    };
    memory-optimized = {
      category = "performance";
      description = "4 GiB of memory";
      values = {
        resources.memory.size = "4Gi";
        workload.profile = "memory-intensive";
      };
    };
    gpu-compute = {
      category = "performance";
      description = "Work for an accelerator";
      values.workload.profile = "gpu-compute";
    };
    public-facing = {
      category = "network";
      priority = 70;
      description = "Reached from outside, so confined more strictly";
      values.features.isolation.securityLevel = "hardened";
    };
    internal-only = {
      category = "network";
      description = "Reached from this host only";
      values.graphics.listen = "127.0.0.1";
    };
    secure-boot = {
      category = "security";
      priority = 80;
      description = "Only signed boot loaders start";
      values = {
        boot.firmware = "uefi";
        boot.secureBoot = true;
        features.isolation.securityLevel = "hardened";
      };
    };
    production = {
      category = "lifecycle";
      priority = 70;
      description = "Starts with the host, is not removed by accident, and keeps its volumes";
      values = {
        autostart = true;
        protect = true;
        deletionPolicy = "retain";
      };
    };
    development = {
      category = "lifecycle";
      description = "Starts when it is asked to, and goes with its volumes";
      values = {
        autostart = false;
        deletionPolicy = "delete";
        update.onChange = "restart-if-needed";
      };
    };
    ephemeral = {
      category = "lifecycle";
      description = "Keeps nothing";
      values = {
        workload.type = "ephemeral";
        features.persistence.stateful = false;
        deletionPolicy = "delete";
      };
    };
    tier-0-storage = {
      category = "storage";
      priority = 60;
      description = "Data for the fastest tier";
      values.workload.profile = "io-intensive";
    };
    compliance-audited = {
      category = "compliance";
      priority = 80;
      description = "Consoles are logged and changes behind our back are undone";
      values = {
        console.log = true;
        update.drift = "revert";
      };
    };
  };
}
