# What is predicted.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.monitoring.ai.prediction = {
    capacity = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether needs are predicted.";
      };
      horizons = mkOption {
        type = types.listOf types.str;
        default = [
          "1h"
          "6h"
          "1d"
          "7d"
          "30d"
        ];
        example = [ "1d" ];
        description = "How far ahead.";
      };
      resources = mkOption {
        type = types.listOf types.str;
        default = [
          "cpu"
          "memory"
          "disk"
          "network"
        ];
        example = [ "disk" ];
        description = "Of what.";
      };
      confidence = mkOption {
        type = types.float;
        default = 0.95;
        example = 0.8;
        description = "How sure a prediction must be.";
      };
    };
    failure = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether failures are predicted.";
      };
      components = mkOption {
        type = types.listOf types.str;
        default = [
          "disk"
          "memory"
          "network"
          "service"
        ];
        example = [ "disk" ];
        description = "Of what.";
      };
      leadTime = mkOption {
        type = types.str;
        default = "24h";
        example = "7d";
        description = "How long before.";
      };
    };
    optimization = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether improvements are suggested.";
      };
      targets = mkOption {
        type = types.listOf types.str;
        default = [
          "cost"
          "performance"
          "reliability"
        ];
        example = [ "cost" ];
        description = "What should improve.";
      };
      constraints = mkOption {
        type = types.attrsOf types.anything;
        default = { };
        example = {
          maxCost = 100;
        };
        description = "What must not be touched.";
      };
    };
  };
}
