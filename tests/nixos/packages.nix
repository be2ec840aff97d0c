# Stands in for nixpkgs where there is none: packages are where Debian has them,
# and files of the store have names that depend on what is in them, as with Nix,
# but are not written.
{
  lib,
  # Where the program is: `bin/hypernix` below it.
  hypernix ? "/usr",
}:
let
  stub = path: {
    type = "derivation";
    name = baseNameOf path;
    outPath = path;
    meta.mainProgram = baseNameOf path;
  };
  # A file or directory that Nix would make, and what it is made of.
  made = name: text: {
    type = "derivation";
    inherit name text;
    outPath = "/nix/store/${builtins.substring 0 32 (builtins.hashString "sha256" text)}-${name}";
  };
  pkgs = {
    inherit stub;
    hypernix = stub hypernix // {
      meta.mainProgram = "hypernix";
    };
    writeText = made;
    runCommand =
      name: attributes: script:
      made name (script + builtins.toJSON attributes);
    dockerTools.buildImage = image: made (baseNameOf image.name) (builtins.toJSON image);
    linuxPackages.kernel = stub "/boot" // {
      modDirVersion = "6.12.0";
    };
    pkgsStatic.busybox = stub "/usr";
  }
  // lib.genAttrs [
    "coreutils"
    "cpio"
    "iproute2"
    "kmod"
    "qemu-utils"
    "virtiofsd"
    "xz"
  ] (_: stub "/usr");
in
pkgs
