# Who is connected to whom, and how they find each other.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.mesh.topology = {
    mode = mkOption {
      type = types.enum [
        "full-mesh"
        "partial-mesh"
        "hierarchical"
        "dynamic"
      ];
      default = "partial-mesh";
      example = "full-mesh";
      description = "The shape of the mesh.";
    };
    connections = {
      minPeers = mkOption {
        type = types.int;
        default = 3;
        example = 2;
        description = "Fewest hosts to be connected to.";
      };
      maxPeers = mkOption {
        type = types.int;
        default = 10;
        example = 20;
        description = "Most hosts to be connected to.";
      };
      strategy = mkOption {
        type = types.enum [
          "nearest"
          "random"
          "capacity-weighted"
          "latency-optimized"
        ];
        default = "nearest";
        example = "random";
        description = "Which hosts to connect to.";
      };
      gossipFanout = mkOption {
        type = types.int;
        default = 3;
        example = 5;
        description = "To how many peers news is told at once.";
      };
    };
    discovery = {
      method = mkOption {
        type = types.enum [
          "static"
          "dns"
          "mdns"
          "consul"
          "etcd"
          "kubernetes"
        ];
        default = "mdns";
        example = "static";
        description = "How other hosts are found.";
      };
      interval = mkOption {
        type = types.str;
        default = "30s";
        example = "5m";
        description = "How often to look for other hosts.";
      };
      staticPeers = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "10.0.0.2:8080" ];
        description = "Addresses of hosts, for the method `static`.";
      };
    };
    routing = {
      algorithm = mkOption {
        type = types.enum [
          "shortest-path"
          "load-balanced"
          "geo-aware"
          "cost-optimized"
        ];
        default = "shortest-path";
        example = "load-balanced";
        description = "How ways through the mesh are chosen.";
      };
      metrics = mkOption {
        type = types.listOf (
          types.enum [
            "latency"
            "bandwidth"
            "reliability"
            "cost"
          ]
        );
        default = [ "latency" ];
        example = [
          "latency"
          "cost"
        ];
        description = "What makes a way good.";
      };
      updateInterval = mkOption {
        type = types.str;
        default = "10s";
        example = "1m";
        description = "How often ways are computed anew.";
      };
    };
  };
}
