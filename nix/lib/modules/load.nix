# From what a person writes as a module (an attribute set, a function, a path)
# to the normal form `{ _file, _class, key, disabledModules, imports, options,
# config }`, and from a list of modules to all they import.
{ lib }:
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elem
    filter
    functionArgs
    genericClosure
    isAttrs
    isList
    isString
    mapAttrs
    removeAttrs
    substring
    ;
  inherit (lib.trivial) isFunction;
  inherit (lib.modules) messages mkMerge;

  unknownModule = "<unknown-file>";

  metaAttrs = [
    "_class"
    "_file"
    "disabledModules"
    "freeformType"
    "imports"
    "key"
  ];

  normalize =
    file: key: m:
    let
      withFreeform =
        config:
        if m ? freeformType then
          mkMerge [
            config
            { _module.freeformType = m.freeformType; }
          ]
        else
          config;
      withMeta =
        config:
        if m ? meta then
          mkMerge [
            config
            { inherit (m) meta; }
          ]
        else
          config;
      common = {
        _file = toString m._file or file;
        _class = m._class or null;
        key = toString m.key or key;
        disabledModules = m.disabledModules or [ ];
      };
      stray = removeAttrs m (
        metaAttrs
        ++ [
          "config"
          "meta"
          "options"
        ]
      );
    in
    if !isAttrs m then
      throw (messages.notAModule file m)
    else if m ? config || m ? options then
      if stray == { } then
        common
        // {
          imports = m.imports or [ ];
          options = m.options or { };
          config = withFreeform (withMeta (m.config or { }));
        }
      else
        throw (messages.mixedModule (toString m._file or file) (attrNames stray))
    else
      common
      // {
        imports = m.require or [ ] ++ m.imports or [ ];
        options = { };
        config = withFreeform (removeAttrs m (metaAttrs ++ [ "require" ]));
      };

  # Arguments are passed by name and lazily, so that one that comes from
  # `_module.args` does not force the configuration it is part of.
  applyModule =
    key: f: args:
    f (
      args
      // mapAttrs (
        name: _:
        args.${name}
          or (builtins.addErrorContext "while evaluating the module argument `${name}' in `${key}':" (
            args.config._module.args.${name} or (throw (messages.missingArgument key name (attrNames args)))
          ))
      ) (functionArgsOf f)
    );
  functionArgsOf = f: if f ? __functor then lib.trivial.functionArgs f else functionArgs f;

  # `load args file key m` is the normal form of `m`; `file` and `key` name it
  # where it does not do so itself.
  load =
    args: file: key: m:
    if isFunction m then
      normalize file key (applyModule key m args)
    else if isAttrs m then
      let
        kind = m._type or "module";
      in
      if kind == "module" then
        normalize file key m
      else if kind == "if" || kind == "override" then
        normalize file key { config = m; }
      else
        throw (messages.notAModuleButA file kind)
    else if isList m then
      throw (messages.nestedImports file)
    else
      let
        path = toString m;
        loaded = import m;
      in
      normalize path path (if isFunction loaded then applyModule path loaded args else loaded);

  checkClass =
    class: m:
    if class == null || m._class == null || m._class == class then
      m
    else
      throw "The module `${m._file}' is for `${m._class}', not for `${class}'; import a module of the right class.";

  # Nodes `{ key, module, modules, disabled }`, one for each of `modules`.
  tree =
    class: args: parentFile: parentKey: modules:
    lib.lists.imap1 (
      n: m:
      let
        module = checkClass class (load args parentFile "${parentKey}:anon-${toString n}" m);
        children = tree class args module._file module.key module.imports;
      in
      {
        inherit (module) key;
        inherit module;
        modules = children;
        disabled =
          (
            if module.disabledModules == [ ] then
              [ ]
            else
              [
                {
                  file = module._file;
                  items = module.disabledModules;
                }
              ]
          )
          ++ concatMap (child: child.disabled) children;
      }
    ) modules;

  disabledKey =
    modulesPath: file: item:
    if isString item && substring 0 1 item != "/" then
      "${toString modulesPath}/${item}"
    else if isAttrs item && !lib.strings.isStringLike item then
      item.key
        or (throw "`disabledModules' in `${file}' names a module without a `key'; name its path, or give the module a key.")
    else
      toString item;

  # Every module once, breadth first: a module before those it imports.
  loadAll =
    {
      class,
      args,
      modulesPath ? "",
    }:
    modules:
    let
      nodes = tree class args unknownModule "" modules;
      disabled = concatMap (d: map (disabledKey modulesPath d.file) d.items) (
        concatMap (node: node.disabled) nodes
      );
      enabled = if disabled == [ ] then (xs: xs) else filter (node: !elem node.key disabled);
    in
    map (node: node.module) (genericClosure {
      startSet = enabled nodes;
      operator = node: enabled node.modules;
    });

  setDefaultModuleLocation = file: m: {
    _file = file;
    imports = [ m ];
  };

  # Like `tree` without any arguments: function modules stay as they are, for a
  # submodule type to apply once for each of its values.
  staticTree =
    parentFile: parentKey: modules:
    lib.lists.imap1 (
      n: m:
      let
        key = "${parentKey}:anon-${toString n}";
        path = toString m;
        isPath = !isFunction m && !isAttrs m && !isList m;
        loaded = if isPath then import m else m;
      in
      if isFunction loaded then
        {
          key = if isPath then path else key;
          file = if isPath then path else parentFile;
          apply = loaded;
          modules = [ ];
        }
      else
        let
          module = if isPath then normalize path path loaded else load { } parentFile key loaded;
        in
        {
          inherit (module) key;
          inherit module;
          modules = staticTree module._file module.key module.imports;
        }
    ) modules;

  # The nodes of a submodule type: `first` are the listed modules, `deeper` what
  # they import, breadth first; null where a module disables another, as then
  # nothing can be decided without all of them.
  collectStatic =
    modules:
    let
      first = staticTree unknownModule "" modules;
      all = genericClosure {
        startSet = first;
        operator = node: node.modules;
      };
      firstKeys = map (node: node.key) first;
    in
    if any (node: node ? module && node.module.disabledModules != [ ]) all then
      null
    else
      {
        first = filter (node: elem node.key firstKeys) all;
        deeper = filter (node: !elem node.key firstKeys) all;
      };
in
{
  inherit
    applyModule
    checkClass
    loadAll
    collectStatic
    normalize
    setDefaultModuleLocation
    unknownModule
    ;

  importApply = path: argument: setDefaultModuleLocation path (import path argument);
}
