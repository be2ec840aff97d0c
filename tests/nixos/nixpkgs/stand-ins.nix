# What a flake asks of nixpkgs' lib beyond what modules do, for where `lib` is
# our own: as little of each as our flake needs.
{
  callPackageWith =
    packages: file: given:
    let
      package = if builtins.isFunction file then file else import file;
    in
    package (builtins.intersectAttrs (builtins.functionArgs package) packages // given);
  fileset = {
    toSource = { root, ... }: root;
    unions = files: files;
  };
  importTOML = file: fromTOML (builtins.readFile file);
  licenses.asl20.spdxId = "Apache-2.0";
  makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
  platforms.linux = [
    "x86_64-linux"
    "aarch64-linux"
  ];
  systems.elaborate = system: {
    inherit system;
    emulator = _: "";
  };
}
