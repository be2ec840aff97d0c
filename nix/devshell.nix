# What it takes to work on the code: `nix develop`.
{
  callPackage,
  mkShell,
  cargo,
  cargo-deny,
  clippy,
  nixfmt-tree,
  rust-analyzer,
  rustfmt,
}:
mkShell {
  inputsFrom = [ (callPackage ./package.nix { }) ];
  packages = [
    cargo
    cargo-deny
    clippy
    nixfmt-tree
    rust-analyzer
    rustfmt
  ];
}
