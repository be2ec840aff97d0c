# What `nix flake check` builds: the package with its unit tests, lints, the tests
# of the modules, and a virtual machine for each example.
{ nixpkgs, pkgs }:
let
  inherit (pkgs)
    callPackage
    clippy
    lib
    rustfmt
    testers
    ;
  package = callPackage ./package.nix { };

  # The package's sources and dependencies, and another deed than building it.
  deed =
    name: inputs: command:
    package.overrideAttrs (old: {
      pname = "hypernix-${name}";
      nativeBuildInputs = old.nativeBuildInputs ++ inputs;
      buildPhase = ''
        runHook preBuild
        ${command}
        runHook postBuild
      '';
      doCheck = false;
      installPhase = "touch $out";
      postInstall = "";
      postFixup = "";
    });

  # One a file of ../docs/examples.
  examples = lib.mapAttrs' (file: _: {
    name = "vm-${lib.removeSuffix ".nix" file}";
    value = testers.runNixOSTest (../tests/nixos/vm + "/${file}");
  }) (lib.filterAttrs (file: _: lib.hasSuffix ".nix" file) (builtins.readDir ../docs/examples));
in
examples
// {
  inherit package;
  clippy =
    deed "clippy" [ clippy ]
      "cargo clippy --workspace --all-targets --offline -- --deny warnings";
  fmt = deed "fmt" [ rustfmt ] "cargo fmt --all --check";
  modules = deed "modules" [ ] ''
    NIXPKGS_LIB=${nixpkgs}/lib cargo test --offline --package hypernix --test nix
  '';
}
