# `evalModules`, and the same for the values of a submodule type, which share
# everything that does not depend on the value.
{ lib }:
let
  inherit (builtins)
    all
    concatMap
    elem
    filter
    head
    isAttrs
    map
    removeAttrs
    seq
    ;
  inherit (lib.lists) optional reverseList;
  inherit (lib.modules)
    applyModule
    byName
    checkClass
    loadAll
    collectStatic
    declare
    lazily
    messages
    mkDefault
    normalize
    pushDown
    sharing
    ;
  inherit (lib.options) mkOption;
  inherit (lib) types;

  # Options that every evaluation has, under `_module`.
  internalShape =
    declare
      [ "_module" ]
      [
        {
          _file = "lib/modules.nix";
          options = {
            args = mkOption {
              type = types.lazyAttrsOf types.raw;
              internal = true;
              description = "Additional arguments passed to each module.";
            };
            check = mkOption {
              type = types.bool;
              internal = true;
              default = true;
              description = "Whether a definition without an option is an error.";
            };
            freeformType = mkOption {
              type = types.nullOr types.optionType;
              internal = true;
              default = null;
              description = "The type of definitions without an option.";
            };
          };
        }
      ];
  internalBase = {
    config = internalShape.base;
    options = (sharing [ ] [ "_module" ] internalShape { }).options;
    unmatched = [ ];
  };

  definitionOf = m: {
    file = m._file;
    value = m.config;
  };

  # The result for modules in order of precedence: `shape` is their
  # declarations, to be filled with `definitions`, which are `{ file, value }`.
  result =
    {
      prefix,
      specialArgs,
      implicitArgs,
      origin,
      fill,
      shape,
      definitions,
    }:
    let
      defined = byName (rootNotASet prefix) (concatMap pushDown definitions);
      internal =
        if defined ? _module then
          sharing origin (prefix ++ [ "_module" ]) internalShape (
            byName (rootNotASet prefix) (concatMap pushDown defined._module)
          )
        else
          internalBase;
      main = fill origin prefix shape (
        if defined ? _module then removeAttrs defined [ "_module" ] else defined
      );
      inherit (internal.config) freeformType;
      freeform = freeformType.merge prefix (
        map (def: def // { value = lib.attrsets.setAttrByPath def.prefix def.value; }) main.unmatched
      );
      config =
        if freeformType == null || main.unmatched == [ ] then
          main.config
        else
          lib.attrsets.recursiveUpdate freeform main.config;
      stray =
        map (def: def // { prefix = [ "_module" ] ++ def.prefix; }) internal.unmatched
        ++ (if freeformType == null then main.unmatched else [ ]);
      checked =
        if internal.config.check && stray != [ ] then
          throw (
            messages.unknownOption {
              inherit prefix;
              inherit (inner) options;
              stray = head stray;
            }
          )
        else
          null;
      _module = internal.config // {
        args = implicitArgs // internal.config.args;
        inherit specialArgs;
      };
      # What function modules are given: not checked, as they are part of it.
      inner = {
        config = config // {
          inherit _module;
        };
        options = main.options // {
          _module = internal.options;
        };
      };
    in
    {
      config = seq checked config;
      options = seq checked inner.options;
      _module = seq checked _module;
      inherit inner;
    };

  rootNotASet =
    prefix: def:
    if prefix == [ ] then messages.notAModule def.file def.value else messages.notAGroup prefix { } def;

  argsFor =
    {
      specialArgs,
      prefix,
      class,
    }:
    inner:
    {
      inherit lib specialArgs;
      inherit (inner) options;
      config = builtins.addErrorContext "if this is an infinite recursion: `imports' must not depend on `config'; import unconditionally and use `mkIf'" inner.config;
      _class = class;
      _prefix = prefix;
    }
    // specialArgs;

  # The general way: all modules are loaded for this one evaluation. `known` is
  # a submodule type's `prepare`, whose shape is used where no other module
  # declares options.
  evaluate =
    {
      modules,
      prefix,
      specialArgs,
      class,
      implicitArgs,
      origin,
      known,
    }:
    let
      loaded = reverseList (
        loadAll {
          inherit class;
          modulesPath = specialArgs.modulesPath or "";
          args = argsFor { inherit specialArgs prefix class; } self.inner;
        } modules
      );
      isKnown = known != null && all (m: m.options == { } || elem m.key known.keys) loaded;
      self = result {
        inherit
          prefix
          specialArgs
          implicitArgs
          origin
          ;
        fill = if isKnown then sharing else lazily;
        shape = if isKnown then known.shape else declare [ ] loaded;
        definitions = map definitionOf loaded;
      };
    in
    self;

  evalModules =
    evalArgs@{
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
      args ? { },
      check ? true,
    }:
    let
      allModules =
        modules
        ++ optional (evalArgs ? args) { config._module.args = evalArgs.args; }
        ++ optional (evalArgs ? check) { config._module.check = mkDefault check; };
      extendModules =
        extension@{
          modules ? [ ],
          specialArgs ? { },
          prefix ? [ ],
        }:
        evalModules (
          evalArgs
          // {
            modules = allModules ++ modules;
            specialArgs = evalArgs.specialArgs or { } // specialArgs;
            prefix = extension.prefix or evalArgs.prefix or [ ];
          }
        );
      type = types.submoduleWith { inherit modules specialArgs class; };
      evaluated = evaluate {
        modules = allModules;
        inherit prefix specialArgs class;
        implicitArgs = {
          inherit extendModules;
          moduleType = type;
        };
        origin = [ ];
        known = null;
      };
    in
    {
      _type = "configuration";
      inherit (evaluated) config options _module;
      inherit extendModules type class;
    };

  # What is common to all values of a submodule type:
  #   keys   of the modules that are known without their arguments
  #   shape  their declarations
  #   first, deeper   what a value gets from the listed modules and from those
  #     they import, last first: `{ definition }` where it is known, else the
  #     function module `{ apply, file, key }`
  # or null where nothing can be decided in advance.
  prepare =
    class: modules:
    let
      nodes = collectStatic modules;
      static = map (node: checkClass class node.module) (
        filter (node: node ? module) (nodes.first ++ nodes.deeper)
      );
      settings =
        level:
        map (node: if node ? module then { definition = definitionOf node.module; } else node) (
          reverseList (filter (node: !(node ? module) || node.module.config != { }) level)
        );
    in
    if nodes == null then
      null
    else
      {
        keys = map (m: m.key) static;
        shape = declare [ ] (reverseList static);
        first = settings nodes.first;
        deeper = settings nodes.deeper;
      };

  # A value of a submodule type. `shorthand` says that an attribute set is the
  # configuration rather than a module.
  evalSubmodule =
    {
      modules,
      specialArgs,
      class,
      shorthand,
      prepared,
      prefix,
      name,
      defs,
    }:
    let
      implicitArgs = {
        inherit name;
        inherit (apart) extendModules;
        moduleType = apart.type;
      };
      # The same value by itself, for the rare module that extends it.
      apart = evalModules {
        modules = [ { _module.args.name = name; } ] ++ modules ++ map (asModule shorthand) defs;
        inherit prefix specialArgs class;
      };
      args = argsFor { inherit specialArgs prefix class; } fast.inner;
      load =
        node:
        if node ? definition then
          node
        else
          let
            m = checkClass class (normalize node.file node.key (applyModule node.key node.apply args));
          in
          {
            definition = definitionOf m;
            # A function module that declares options, or imports others, makes
            # a shape of its own.
            extends = m.options != { } || m.imports != [ ] || m.disabledModules != [ ];
          };
      first = map load prepared.first;
      deeper = map load prepared.deeper;
      isShared = node: !(node.extends or false);
      canShare =
        prepared != null
        && shorthand
        && all (def: isAttrs def.value && !(def.value ? __functor)) defs
        && all isShared first
        && all isShared deeper;
      fast = result {
        inherit
          prefix
          specialArgs
          implicitArgs
          ;
        inherit (prepared) shape;
        fill = sharing;
        origin = defs;
        definitions =
          map (node: node.definition) deeper ++ reverseList defs ++ map (node: node.definition) first;
      };
      general = evaluate {
        modules = modules ++ map (asModule shorthand) defs;
        inherit
          prefix
          specialArgs
          class
          implicitArgs
          ;
        origin = defs;
        known = prepared;
      };
    in
    if canShare then fast else general;

  asModule =
    shorthand: def:
    if isAttrs def.value && shorthand then
      {
        _file = def.file;
        config = def.value;
      }
    else
      {
        _file = def.file;
        imports = [ def.value ];
      };
in
{
  inherit evalModules evalSubmodule prepare;
  fixMergeModules =
    modules: args:
    evalModules {
      inherit modules args;
      check = false;
    };
}
