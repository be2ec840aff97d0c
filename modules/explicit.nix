# Of the options below `options`, those with a value of their own, nested as
# they are declared.
{ lib }:
let
  inherit (lib) filterAttrs isOption mapAttrs;
  defaultPriority = (lib.mkOptionDefault null).priority;

  setIn =
    options:
    mapAttrs (_: option: if isOption option then option.value else setIn option) (
      filterAttrs (
        _: option:
        if isOption option then
          option.isDefined && option.highestPrio < defaultPriority
        else
          setIn option != { }
      ) options
    );
in
setIn
