# Of NixOS' options those that modules/nixos sets, with NixOS' types and
# defaults as far as they matter, so that the module evaluates where no nixpkgs
# is, and any evaluator and any library must make the same of it.
{ lib, pkgs, ... }:
let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  flag = option types.bool;
  names = option (types.listOf types.str) [ ];
  anything = option (types.attrsOf types.anything) { };
  package = path: option types.package (pkgs.stub path);

  unit = {
    enable = flag true;
    description = option types.str "";
    documentation = names;
    wantedBy = names;
    wants = names;
    requires = names;
    after = names;
    before = names;
    restartTriggers = option (types.listOf types.unspecified) [ ];
    unitConfig = anything;
  };
  service = types.submodule {
    options = unit // {
      reloadTriggers = option (types.listOf types.unspecified) [ ];
      restartIfChanged = flag true;
      reloadIfChanged = flag false;
      stopIfChanged = flag true;
      notSocketActivated = flag false;
      path = option (types.listOf types.package) [ ];
      environment = option (types.attrsOf (types.nullOr types.str)) { };
      serviceConfig = anything;
    };
  };
  socket = types.submodule {
    options = unit // {
      listenStreams = names;
      socketConfig = anything;
    };
  };
  script = types.submodule {
    options = {
      deps = names;
      text = option types.lines "";
      supportsDryActivation = flag false;
    };
  };
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = names;
    environment = {
      etc = option (types.attrsOf (types.submodule { options.source = option types.path "/"; })) { };
      systemPackages = option (types.listOf types.package) [ ];
    };
    networking = {
      hostName = option types.str "host";
      firewall.allowedTCPPorts = option (types.listOf types.port) [ ];
    };
    security.polkit = {
      enable = flag false;
      extraConfig = option types.lines "";
    };
    services.logind.settings.Login = anything;
    system = {
      activationScripts = option (types.attrsOf script) { };
      preSwitchChecks = option (types.attrsOf types.lines) { };
      stateVersion = option types.str "26.05";
      systemBuilderCommands = option types.lines "";
    };
    systemd = {
      services = option (types.attrsOf service) { };
      sockets = option (types.attrsOf socket) { };
    };
    users = {
      groups = option (types.attrsOf (types.submodule { options.members = names; })) { };
      users = anything;
    };
    virtualisation = {
      docker = {
        enable = flag false;
        liveRestore = flag true;
        package = package "/usr/bin/docker";
      };
      libvirtd = {
        enable = flag false;
        onBoot = option (types.enum [
          "start"
          "ignore"
        ]) "start";
        onShutdown = option (types.enum [
          "shutdown"
          "suspend"
        ]) "suspend";
        package = package "/usr";
        qemu = {
          package = package "/usr";
          swtpm.enable = flag false;
          vhostUserPackages = option (types.listOf types.package) [ ];
        };
      };
    };
  };
}
