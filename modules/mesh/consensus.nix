# How the mesh agrees on its state.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.mesh.consensus = {
    algorithm = mkOption {
      type = types.enum [
        "raft"
        "pbft"
        "tendermint"
        "avalanche"
        "hotstuff"
      ];
      default = "raft";
      example = "pbft";
      description = "The algorithm.";
    };
    parameters = {
      raft = {
        electionTimeout = mkOption {
          type = types.int;
          default = 150;
          example = 1000;
          description = "Milliseconds without a leader before an election.";
        };
        heartbeatInterval = mkOption {
          type = types.int;
          default = 50;
          example = 200;
          description = "Milliseconds between heartbeats of the leader.";
        };
        snapshotInterval = mkOption {
          type = types.int;
          default = 10000;
          example = 50000;
          description = "Log entries between snapshots.";
        };
        maxInflightMsgs = mkOption {
          type = types.int;
          default = 256;
          example = 64;
          description = "Messages that may be unanswered.";
        };
      };
      pbft = {
        faultTolerance = mkOption {
          type = types.int;
          default = 1;
          example = 2;
          description = "Faulty hosts to withstand.";
        };
        batchSize = mkOption {
          type = types.int;
          default = 100;
          example = 200;
          description = "Requests in a batch.";
        };
        checkpointPeriod = mkOption {
          type = types.int;
          default = 100;
          example = 200;
          description = "Batches between checkpoints.";
        };
      };
      tendermint = {
        blockTime = mkOption {
          type = types.int;
          default = 1000;
          example = 500;
          description = "Milliseconds between blocks.";
        };
        validatorSetSize = mkOption {
          type = types.int;
          default = 100;
          example = 21;
          description = "Number of validators.";
        };
      };
    };
    quorum = {
      size = mkOption {
        type = types.nullOr types.int;
        default = null;
        example = 3;
        description = "Votes that decide; a majority if null.";
      };
      voters = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "node-1" ];
        description = "Hosts that vote; all controllers if empty.";
      };
      observers = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "node-9" ];
        description = "Hosts that follow without a vote.";
      };
    };
  };
}
