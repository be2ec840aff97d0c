# On NixOS, where everything in a configuration is one host's, nothing is done
# unasked; who gives `hypernix` a file wants it applied.
{ lib, options, ... }:
{
  options.hypervisor.enable = lib.mkOption {
    type = lib.types.bool;
    default = !(options ? systemd);
    defaultText = lib.literalMD "`false` on NixOS, `true` in a file given to `hypernix`";
    example = true;
    description = "Whether `hypernix` looks after this host. If not, everything stays as it is.";
  };
}
