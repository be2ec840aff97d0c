# What packages say about themselves.
{ lib }:
{
  # The program of a package that goes by its name.
  getExe =
    package:
    lib.meta.getExe' package (
      package.meta.mainProgram
        or (throw "the package `${package.name}' does not say which program it is about: `meta.mainProgram' is missing")
    );
  getExe' = package: name: "${package}/bin/${name}";
}
