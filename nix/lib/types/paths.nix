# Paths, packages.
{ lib }:
let
  inherit (builtins)
    isPath
    isString
    match
    substring
    ;
  inherit (lib.attrsets) isDerivation;
  inherit (lib.options) mergeEqualOption mergeOneOption;
  inherit (lib.strings) isStringLike;
  inherit (lib.types) defaultFunctor mkOptionType pathWith;

  # Something in the store, not the store itself nor what it keeps for itself.
  isStorePath =
    x:
    isStringLike x
    && match "${lib.strings.escapeRegex builtins.storeDir}/[^./][^/]*(/.*)?" (toString x) != null;
in
{
  path = pathWith { absolute = true; };
  pathInStore = pathWith { inStore = true; };
  externalPath = pathWith {
    absolute = true;
    inStore = false;
  };

  pathWith =
    {
      inStore ? null,
      absolute ? null,
    }:
    mkOptionType {
      name = "path";
      description =
        (
          if absolute == null then
            ""
          else if absolute then
            "absolute "
          else
            "relative "
        )
        + "path"
        + (
          if inStore == null then
            ""
          else if inStore then
            " in the Nix store"
          else
            " not in the Nix store"
        );
      descriptionClass = "noun";
      check =
        x:
        # A path value that must stay outside the store could be copied into it.
        (if inStore == false then isString x else isStringLike x)
        && (inStore == null || inStore == isStorePath x)
        && (absolute == null || absolute == (substring 0 1 (toString x) == "/"));
      merge = mergeEqualOption;
      hint =
        x:
        if absolute == true && isString x && substring 0 1 x != "/" then
          " Write the path in full, starting with a slash."
        else
          "";
      functor = defaultFunctor "path" // {
        type = pathWith;
        payload = { inherit inStore absolute; };
        binOp = a: b: if a == b then a else null;
      };
    };

  # Without a store there are no packages to build; a path to one will do.
  package = mkOptionType {
    name = "package";
    descriptionClass = "noun";
    check = x: isDerivation x || isPath x || isStorePath x;
    merge = mergeOneOption;
  };
}
