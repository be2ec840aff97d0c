# How equal data is found and kept once.
{ lib }:
let
  inherit (lib) mkOption types;
in
types.submodule {
  options = {
    enabled = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether it is looked for.";
    };
    algorithm = mkOption {
      type = types.enum [
        "content-defined"
        "fixed-block"
        "variable-block"
        "rolling-hash"
      ];
      default = "content-defined";
      example = "fixed-block";
      description = "How data is cut into chunks.";
    };
    chunkSize = {
      min = mkOption {
        type = types.int;
        default = 512;
        example = 256;
        description = "Smallest chunk, in KiB.";
      };
      avg = mkOption {
        type = types.int;
        default = 1024;
        example = 512;
        description = "Usual chunk, in KiB.";
      };
      max = mkOption {
        type = types.int;
        default = 8192;
        example = 4096;
        description = "Largest chunk, in KiB.";
      };
    };
    indexing = {
      type = mkOption {
        type = types.enum [
          "bloom-filter"
          "hash-table"
          "b-tree"
          "lsm-tree"
        ];
        default = "lsm-tree";
        example = "b-tree";
        description = "How chunks are looked up.";
      };
      cache = mkOption {
        type = types.str;
        default = "512Mi";
        example = "2Gi";
        description = "Memory for the index.";
      };
      persistent = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether the index is kept between runs.";
      };
    };
    similarity = {
      enabled = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether nearly equal chunks are stored as differences.";
      };
      algorithm = mkOption {
        type = types.enum [
          "minhash"
          "simhash"
          "fuzzy-hash"
        ];
        default = "minhash";
        example = "simhash";
        description = "How they are found.";
      };
      threshold = mkOption {
        type = types.float;
        default = 0.7;
        example = 0.9;
        description = "How much they must have in common.";
      };
    };
  };
}
