# The bundled library: nixpkgs' `lib` as far as modules need it, with the same
# names and meanings, so that the files under modules/ evaluate on a host that
# has no nixpkgs. Nothing here reads the environment or the network.
let
  parts = {
    trivial = import ./trivial.nix { inherit lib; };
    lists = import ./lists.nix { inherit lib; };
    attrsets = import ./attrsets.nix { inherit lib; };
    strings = import ./strings.nix { inherit lib; };
    versions = import ./versions.nix { inherit lib; };
    generators = import ./generators.nix { inherit lib; };
    options = import ./options.nix { inherit lib; };
    meta = import ./meta.nix { inherit lib; };
    modules = import ./modules.nix { inherit lib; };
    types = import ./types.nix { inherit lib; };
  };

  # `lib.x` beside `lib.lists.x`. Where a name is on lists and on strings, the
  # plain name means the one on strings, but for `replicate`.
  lib =
    parts
    // parts.trivial
    // parts.attrsets
    // parts.meta
    // builtins.removeAttrs parts.lists [
      "commonPrefix"
      "hasPrefix"
      "removePrefix"
    ]
    // builtins.removeAttrs parts.strings [ "replicate" ]
    // {
      inherit (parts.types) isType mkOptionType setType;
      inherit (parts.options)
        getFiles
        getValues
        isOption
        literalExpression
        literalMD
        mergeDefaultOption
        mergeEqualOption
        mergeOneOption
        mergeUniqueOption
        mkEnableOption
        mkOption
        mkPackageOption
        mkSinkUndeclaredOptions
        optionAttrSetToDocList
        optionAttrSetToDocList'
        scrubOptionValue
        showFiles
        showOption
        showOptionWithDefLocs
        unknownModule
        ;
      inherit (parts.modules)
        dischargeProperties
        doRename
        evalModules
        evalOptionValue
        filterOverrides
        fixMergeModules
        fixupOptionType
        mergeDefinitions
        mergeOptionDecls
        mkAfter
        mkAliasAndWrapDefinitions
        mkAliasDefinitions
        mkAliasOptionModule
        mkAssert
        mkBefore
        mkChangedOptionModule
        mkDefault
        mkDefinition
        mkDerivedConfig
        mkForce
        mkIf
        mkImageMediaOverride
        mkMerge
        mkMergedOptionModule
        mkOptionDefault
        mkOrder
        mkOverride
        mkRemovedOptionModule
        mkRenamedOptionModule
        mkRenamedOptionModuleWith
        mkVMOverride
        pushDownProperties
        setDefaultModuleLocation
        sortProperties
        ;
    };
in
lib
