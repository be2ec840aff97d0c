# nixpkgs' lib, and packages that are derivations of nothing: enough for `nix
# flake check --no-build` of our flake where nixpkgs itself cannot be fetched.
# ../flake-check puts `lib` beside it.
{
  outputs =
    _:
    let
      full = import ./stand-ins.nix // import ./lib;
      # Nix 2.8 lacks what nixpkgs' file sets are made with.
      lib =
        if builtins ? readFileType then
          full
        else
          full
          // {
            fileset = {
              toSource = { root, ... }: root;
              unions = files: files;
            };
          };
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ] (system: import ./packages.nix { inherit lib system; });
    };
}
