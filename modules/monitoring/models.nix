# Models that tell the usual from the unusual.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.monitoring.ai = {
    models = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "load";
                description = "The model's name.";
              };
              type = mkOption {
                type = types.enum [
                  "isolation-forest"
                  "lstm"
                  "random-forest"
                  "gradient-boost"
                  "neural-network"
                  "clustering"
                ];
                example = "isolation-forest";
                description = "The kind of model.";
              };
              training = {
                dataSource = mkOption {
                  type = types.str;
                  example = "host";
                  description = "The source of measurements to learn from.";
                };
                features = mkOption {
                  type = types.listOf types.str;
                  example = [ "cpu" ];
                  description = "Which measurements.";
                };
                window = mkOption {
                  type = types.str;
                  default = "7d";
                  example = "30d";
                  description = "How far back.";
                };
                updateInterval = mkOption {
                  type = types.str;
                  default = "daily";
                  example = "weekly";
                  description = "How often the model learns anew.";
                };
                validation = {
                  splitRatio = mkOption {
                    type = types.float;
                    default = 0.8;
                    example = 0.7;
                    description = "The part to learn from; the rest is for checking.";
                  };
                  crossValidation = mkOption {
                    type = types.int;
                    default = 5;
                    example = 10;
                    description = "Number of folds.";
                  };
                  metrics = mkOption {
                    type = types.listOf types.str;
                    default = [
                      "accuracy"
                      "precision"
                      "recall"
                      "f1"
                    ];
                    example = [ "recall" ];
                    description = "What is measured.";
                  };
                };
              };
              parameters = {
                isolationForest = {
                  estimators = mkOption {
                    type = types.int;
                    default = 100;
                    example = 200;
                    description = "Number of trees.";
                  };
                  contamination = mkOption {
                    type = types.float;
                    default = 0.1;
                    example = 0.05;
                    description = "The part of the data that is unusual.";
                  };
                  maxFeatures = mkOption {
                    type = types.float;
                    default = 1.0;
                    example = 0.5;
                    description = "The part of the features each tree sees.";
                  };
                };
                lstm = {
                  layers = mkOption {
                    type = types.listOf types.int;
                    default = [
                      64
                      32
                      16
                    ];
                    example = [ 32 ];
                    description = "Sizes of the layers.";
                  };
                  dropout = mkOption {
                    type = types.float;
                    default = 0.2;
                    example = 0.5;
                    description = "The part that is dropped while learning.";
                  };
                  lookback = mkOption {
                    type = types.int;
                    default = 24;
                    example = 48;
                    description = "Steps looked back.";
                  };
                  horizon = mkOption {
                    type = types.int;
                    default = 6;
                    example = 12;
                    description = "Steps looked ahead.";
                  };
                };
                ensemble = mkOption {
                  type = types.bool;
                  default = false;
                  example = true;
                  description = "Whether several models vote.";
                };
              };
              inference = {
                batchSize = mkOption {
                  type = types.int;
                  default = 32;
                  example = 64;
                  description = "Measurements judged at once.";
                };
                threshold = mkOption {
                  type = types.float;
                  default = 0.95;
                  example = 0.99;
                  description = "Score from which on something is unusual.";
                };
                aggregation = mkOption {
                  type = types.enum [
                    "mean"
                    "max"
                    "voting"
                    "weighted"
                  ];
                  default = "mean";
                  example = "max";
                  description = "How scores become one.";
                };
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        load = {
          type = "isolation-forest";
          training.dataSource = "host";
          training.features = [ "cpu" ];
        };
      };
      description = "Models, by name.";
    };
  };
}
