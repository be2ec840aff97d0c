# The `hypernix` program with its completions and manual pages.
{
  lib,
  rustPlatform,
  installShellFiles,
  makeWrapper,
  pkg-config,
  stdenv,
  iproute2,
  libvirt,
  qemu-utils,
}:
let
  manifest = lib.importTOML ../Cargo.toml;
  files = lib.fileset;
in
rustPlatform.buildRustPackage {
  pname = "hypernix";
  inherit (manifest.workspace.package) version;

  src = files.toSource {
    root = ../.;
    fileset = files.unions [
      ../Cargo.lock
      ../Cargo.toml
      ../CHANGELOG.md
      ../README.md
      ../docs
      ../modules
      ../nix
      ../src
      ../tests
    ];
  };
  cargoLock.lockFile = ../Cargo.lock;

  nativeBuildInputs = [
    installShellFiles
    makeWrapper
    pkg-config
  ];
  buildInputs = [ libvirt ];

  cargoBuildFlags = [ "--package=hypernix" ];
  # The others need libvirtd and dockerd.
  cargoTestFlags = [
    "--workspace"
    "--lib"
    "--bins"
  ];

  # It runs virsh, qemu-img and ip.
  postInstall = ''
    wrapProgram $out/bin/hypernix --prefix PATH : ${
      lib.makeBinPath [
        libvirt
        qemu-utils
        iproute2
      ]
    }
  ''
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    mkdir -p man
    $out/bin/hypernix man man
    installManPage man/*
    installShellCompletion --cmd hypernix \
      --bash <($out/bin/hypernix completions bash) \
      --fish <($out/bin/hypernix completions fish) \
      --zsh <($out/bin/hypernix completions zsh)
  '';

  meta = {
    description = "Virtual machines and containers on a host, as a Nix file declares them";
    changelog = "file://${../CHANGELOG.md}";
    license = lib.licenses.asl20;
    mainProgram = "hypernix";
    platforms = lib.platforms.linux;
  };
}
