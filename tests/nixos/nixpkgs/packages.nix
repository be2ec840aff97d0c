# The packages and builders that our flake asks nixpkgs for.
{ lib, system }:
let
  derive =
    name: attributes:
    let
      drv = derivation {
        inherit name system;
        builder = "/bin/sh";
        # What a builder is given is part of what it makes.
        inputs = builtins.toJSON (
          lib.filterAttrs (name: _: name != "meta") (lib.mapAttrs (_: plain) attributes)
        );
      };
    in
    drv
    // attributes
    // {
      inherit (drv) outPath drvPath;
      meta = attributes.meta or { };
      overrideAttrs = change: derive name (attributes // change attributes);
    };
  plain = value: if lib.isFunction value then "a function" else value;

  package = name: derive name { meta.mainProgram = name; };

  pkgs =
    lib.genAttrs [
      "cargo"
      "cargo-deny"
      "clippy"
      "coreutils"
      "iproute2"
      "libvirt"
      "makeWrapper"
      "nixfmt-tree"
      "pkg-config"
      "qemu-utils"
      "rust-analyzer"
      "rustfmt"
    ] package
    // {
      inherit lib;
      callPackage = lib.callPackageWith pkgs;
      installShellFiles = package "installShellFiles";
      stdenv = {
        hostPlatform = lib.systems.elaborate system;
        buildPlatform = lib.systems.elaborate system // {
          canExecute = _: true;
        };
      };
      rustPlatform.buildRustPackage =
        attributes: derive "${attributes.pname}-${attributes.version}" attributes;
      mkShell = attributes: derive "shell" attributes;
      runCommand =
        name: attributes: script:
        derive name (attributes // { inherit script; });
      nixosOptionsDoc =
        { options, transformOptions, ... }:
        let
          listed = map transformOptions (lib.optionAttrSetToDocList options);
          file = derive "options.json" {
            text = builtins.toJSON (
              map (option: { inherit (option) name declarations description; }) (
                lib.filter (option: option.visible && !option.internal) listed
              )
            );
          };
        in
        {
          optionsJSON = file;
          optionsCommonMark = file;
        };
      # The test as ../examples.nix makes of it.
      testers.runNixOSTest =
        file:
        let
          name = lib.removeSuffix ".nix" (baseNameOf file);
        in
        derive "vm-test-run-${name}" {
          test =
            builtins.toJSON
              (import (dirOf file + "/../examples.nix") { inherit lib; }).${name};
        };
    };
in
pkgs
