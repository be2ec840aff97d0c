# Modules for options that were renamed, removed or merged.
{ lib }:
let
  inherit (builtins)
    any
    concatMap
    foldl'
    trace
    ;
  inherit (lib.attrsets)
    attrByPath
    getAttrFromPath
    optionalAttrs
    recursiveUpdate
    setAttrByPath
    ;
  inherit (lib.lists) optional;
  inherit (lib.modules)
    mkAliasAndWrapDefinitions
    mkAliasAndWrapDefsWithPriority
    mkIf
    mkMerge
    ;
  inherit (lib.options) mkOption showFiles showOption;

  doRename =
    {
      from,
      to,
      visible,
      warn,
      use,
      withPriority ? true,
      condition ? true,
    }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      new = attrByPath to (throw "Renaming error: option `${showOption to}' does not exist.");
      alias = if withPriority then mkAliasAndWrapDefsWithPriority else mkAliasAndWrapDefinitions;
    in
    {
      options = setAttrByPath from (mkOption {
        inherit visible;
        description = "Alias of {option}`${showOption to}`.";
        apply = _: use (new config);
        type = (attrByPath to { } options).type or (lib.types.submodule { });
      });
      config = mkIf condition (mkMerge [
        (optionalAttrs (options ? warnings) {
          warnings =
            optional (warn && old.isDefined)
              "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'.";
        })
        (alias (setAttrByPath to) old)
      ]);
    };

  obsolete =
    from: to: "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";

  unset = "_mkMergedOptionModule";
  mkMergedOptionModule =
    from: to: merge:
    { config, options, ... }:
    let
      isSet = path: getAttrFromPath path config != unset;
    in
    {
      options = foldl' recursiveUpdate { } (
        map (
          path:
          setAttrByPath path (mkOption {
            visible = false;
            default = unset;
          })
        ) from
      );
      config = {
        warnings = concatMap (
          path:
          optional (isSet path) "The option `${showOption path}' defined in ${showFiles (getAttrFromPath path options).files} has been changed to `${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your configuration accordingly."
        ) from;
      }
      // setAttrByPath to (mkMerge (optional (any isSet from) (merge config)));
    };
in
{
  inherit doRename mkMergedOptionModule;
  mkChangedOptionModule = from: mkMergedOptionModule [ from ];

  mkRemovedOptionModule =
    path: instead:
    { options, ... }:
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply =
          _:
          throw "The option `${showOption path}' can no longer be used since it's been removed. ${instead}";
      });
      config.assertions =
        let
          option = getAttrFromPath path options;
        in
        [
          {
            assertion = !option.isDefined;
            message = ''
              The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; please remove it.
              ${instead}
            '';
          }
        ];
    };
  mkRenamedOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = false;
      warn = true;
      use = trace (obsolete from to);
    };
  mkRenamedOptionModuleWith =
    {
      from,
      to,
      sinceRelease,
    }:
    let
      old = lib.trivial.oldestSupportedReleaseIsAtLeast sinceRelease;
    in
    doRename {
      inherit from to;
      visible = false;
      warn = old;
      use = lib.trivial.warnIf old (obsolete from to);
    };
  mkAliasOptionModule =
    from: to:
    doRename {
      inherit from to;
      visible = true;
      warn = false;
      use = x: x;
    };
}
