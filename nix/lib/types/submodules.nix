# Types whose values are configurations of their own.
{ lib }:
let
  inherit (builtins) intersectAttrs isAttrs;
  inherit (lib.lists) last toList;
  inherit (lib.modules)
    evalModules
    evalSubmodule
    mkForce
    prepare
    setDefaultModuleLocation
    ;
  inherit (lib.types)
    deferredModuleWith
    defaultFunctor
    mkOptionType
    optionDescriptionPhrase
    path
    submoduleWith
    ;

  isModule = x: isAttrs x || lib.trivial.isFunction x || path.check x;

  # Documentation is made without the definitions that would satisfy checks.
  withoutChecks = {
    _file = "<built-in module that disables checks for documentation>";
    config._module.check = mkForce false;
  };

  # What two declarations say of the same thing: `neutral` says nothing.
  agree =
    what: neutral: a: b:
    if a == b || b == neutral then
      a
    else if a == neutral then
      b
    else
      throw "A submoduleWith option is declared multiple times with conflicting ${what} values";
in
{
  submodule =
    modules:
    submoduleWith {
      shorthandOnlyDefinesConfig = true;
      modules = toList modules;
    };

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? null,
      class ? null,
    }@attrs:
    let
      prepared = prepare class modules;
      shorthand = shorthandOnlyDefinesConfig == true;
      valueOf =
        prefix: name: defs:
        evalSubmodule {
          inherit
            modules
            specialArgs
            class
            shorthand
            prepared
            prefix
            name
            defs
            ;
        };
      # Evaluated apart from any value: the name is a placeholder.
      docs =
        prefix:
        evalModules {
          inherit specialArgs class prefix;
          modules = [
            { _module.args.name = lib.modules.mkOptionDefault "‹name›"; }
          ]
          ++ modules
          ++ [ withoutChecks ];
        };
      freeform = (docs [ ])._module.freeformType;
    in
    mkOptionType {
      name = "submodule";
      description =
        if description != null then
          description
        else if freeform ? description then
          "open submodule of ${
            optionDescriptionPhrase (class: class == "noun" || class == "composite") freeform
          }"
        else
          "submodule";
      check = isModule;
      hint = _: " Write a set of options: `{ … }'.";
      merge = loc: defs: (valueOf loc (last loc) defs).config;
      emptyValue.value = (valueOf [ ] "‹name›" [ ]).config;
      getSubOptions =
        prefix:
        let
          evaluated = docs prefix;
          inherit (evaluated._module) freeformType;
        in
        evaluated.options
        // (
          if freeformType == null then { } else { _freeformOptions = freeformType.getSubOptions prefix; }
        );
      getSubModules = modules;
      substSubModules = m: submoduleWith (attrs // { modules = m; });
      nestedTypes = if freeform == null then { } else { freeformType = freeform; };
      functor = defaultFunctor "submodule" // {
        type = submoduleWith;
        payload = {
          inherit
            modules
            class
            specialArgs
            shorthandOnlyDefinesConfig
            description
            ;
        };
        binOp = a: b: {
          modules = a.modules ++ b.modules;
          class = agree "class" null a.class b.class;
          shorthandOnlyDefinesConfig =
            agree "shorthandOnlyDefinesConfig" null a.shorthandOnlyDefinesConfig
              b.shorthandOnlyDefinesConfig;
          description = agree "description" null a.description b.description;
          specialArgs =
            if intersectAttrs a.specialArgs b.specialArgs == { } then
              a.specialArgs // b.specialArgs
            else
              throw "A submoduleWith option is declared multiple times with the same specialArgs";
        };
      };
    };

  deferredModule = deferredModuleWith { };
  deferredModuleWith =
    attrs@{
      staticModules ? [ ],
    }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = isModule;
      merge = loc: defs: {
        imports =
          staticModules
          ++ map (
            def:
            setDefaultModuleLocation "${toString def.file}, via option ${lib.options.showOption loc}" def.value
          ) defs;
      };
      inherit (submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
      substSubModules = m: deferredModuleWith (attrs // { staticModules = m; });
      functor = defaultFunctor "deferredModuleWith" // {
        type = deferredModuleWith;
        payload = { inherit staticModules; };
        binOp = a: b: { staticModules = a.staticModules ++ b.staticModules; };
      };
    };
}
