# Functions of the library whose names more than one part of it has.
{ lib, ... }:
{
  hypervisor.compute.units.web = {
    tags =
      lib.collect lib.isString {
        a = "a";
        b.c = "c";
      }
      ++ lib.replicate 2 "r";
    labels = lib.importJSON ./parts/labels.json;
    dependsOn = lib.unique (lib.splitString "," "x,y,x");
    description = lib.removePrefix "un" "unlike";
  };
}
