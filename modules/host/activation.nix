# What a switch of the host does with its units.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.activation = {
    apply = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether a switch, and the start of the host, make units match the declaration. If not,
        `hypernix activate` does when somebody runs it.
      '';
    };
    check = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether a switch is refused, before anything has changed, where its plan cannot work.
      '';
    };
    allowDestroy = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether a switch may carry out plans that destroy data, such as the removal of a volume whose
        `deletionPolicy` is `delete`.
      '';
    };
    rollbackOnFailure = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = ''
        Whether units go back to what they were where a step of the plan fails. If not, what does not
        depend on that step is applied, and the rest is named.
      '';
    };
    confirmWithin = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "5m";
      description = ''
        How long somebody has to run `hypernix confirm` after a switch, else its changes to units are
        undone. Nothing needs confirming if null.
      '';
    };
    timeout = mkOption {
      type = types.str;
      default = "30min";
      example = "2h";
      description = ''
        How long a switch waits for applying to end, as systemd writes times. Images are fetched and
        guests shut down within it. A run that the daemon carries out goes on beyond it.
      '';
    };
  };
}
