# The VM tests of ./vm as data, evaluated over the stub of NixOS: for each its
# script, and what every host of it runs, also after a switch to one of its
# specialisations.
{
  lib ? import ../../nix/lib,
}:
let
  inherit (lib) mkOption types;
  pkgs = import ./packages.nix { inherit lib; };
  inherit (import ./evaluated.nix { inherit lib pkgs; }) evaluate outcome;

  # What of a test's nodes only its virtual machines have.
  machine = {
    options = {
      specialisation = mkOption {
        type = types.attrsOf (
          types.submodule { options.configuration = mkOption { type = types.deferredModule; }; }
        );
        default = { };
      };
      systemd.tmpfiles.settings = mkOption { type = types.anything; };
      virtualisation = lib.genAttrs [ "cores" "diskSize" "memorySize" ] (
        _: mkOption { type = types.ints.positive; }
      )
      // {
        writableStore = mkOption { type = types.bool; };
      };
    };
  };

  test = {
    options = {
      name = mkOption { type = types.str; };
      nodes = mkOption { type = types.attrsOf types.deferredModule; };
      testScript = mkOption { type = types.str; };
    };
  };

  hostOf =
    node:
    let
      modules = [
        machine
        node
      ];
      host = evaluate modules;
    in
    {
      host = outcome host;
      specialisations = lib.mapAttrs (
        _: special: outcome (evaluate (modules ++ [ special.configuration ]))
      ) host.config.specialisation;
    };

  evaluateTest =
    file:
    let
      inherit
        (lib.evalModules {
          modules = [
            test
            file
            { _module.args.pkgs = pkgs; }
          ];
        })
        config
        ;
    in
    {
      inherit (config) name testScript;
      nodes = lib.mapAttrs (_: hostOf) config.nodes;
    };
in
lib.mapAttrs' (file: _: {
  name = lib.removeSuffix ".nix" file;
  value = evaluateTest (./vm + "/${file}");
}) (lib.filterAttrs (file: _: lib.hasSuffix ".nix" file) (builtins.readDir ../../docs/examples))
