# What a type is made of, and the types that take anything.
{ lib }:
let
  inherit (builtins)
    foldl'
    head
    isAttrs
    typeOf
    ;
  inherit (lib.options)
    getFiles
    mergeDefaultOption
    mergeEqualOption
    mergeOneOption
    showFiles
    showOption
    ;
  inherit (lib.types)
    anything
    attrsOf
    defaultFunctor
    isType
    mkOptionType
    ;

  defaultTypeMerge =
    f: f':
    let
      payload = f.binOp f.payload f'.payload;
    in
    if f.name != f'.name then
      null
    else if f.payload == null then
      f.type
    else if payload == null then
      null
    else
      f.type payload;
in
{
  isType = kind: x: (x._type or "") == kind;
  setType = kind: value: value // { _type = kind; };
  isOptionType = isType "option-type";

  inherit defaultTypeMerge;
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    payload = null;
    binOp = _: _: null;
  };
  # For types made of one other type.
  elemTypeFunctor = name: make: elemType: {
    inherit name;
    type = payload: make payload.elemType;
    payload = { inherit elemType; };
    binOp =
      a: b:
      let
        merged = a.elemType.typeMerge b.elemType.functor;
      in
      if merged == null then null else { elemType = merged; };
  };

  # `hint` adds a sentence to the message about a wrong value. `atomic` says
  # that a single definition is its own value, so containers need not merge it.
  mkOptionType =
    {
      name,
      description ? null,
      descriptionClass ? null,
      check ? _: true,
      merge ? mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      functor ? defaultFunctor name,
      typeMerge ? defaultTypeMerge functor,
      deprecationMessage ? null,
      nestedTypes ? { },
      hint ? _: "",
      atomic ? false,
    }:
    {
      _type = "option-type";
      inherit
        name
        descriptionClass
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        functor
        typeMerge
        deprecationMessage
        nestedTypes
        hint
        atomic
        ;
      description = if description == null then name else description;
    };

  # A type's description, in parentheses unless its class reads well without.
  optionDescriptionPhrase =
    reads: type:
    if reads (type.descriptionClass or null) then type.description else "(${type.description})";

  addCheck =
    type: check:
    type
    // {
      check = value: type.check value && check value;
    };

  mergeTypes =
    a: b:
    let
      merged = a.typeMerge b.functor;
    in
    if merged == null then
      {
        _type = "merge-error";
        error = "Cannot merge types";
      }
    else
      merged;

  raw = mkOptionType {
    name = "raw";
    description = "raw value";
    descriptionClass = "noun";
    merge = mergeOneOption;
  };

  unspecified = mkOptionType {
    name = "unspecified";
    description = "unspecified value";
    descriptionClass = "noun";
  };

  anything = mkOptionType {
    name = "anything";
    description = "anything";
    descriptionClass = "noun";
    merge =
      loc: defs:
      let
        kindOf =
          value:
          if isAttrs value && lib.strings.isStringLike value then "stringCoercibleSet" else typeOf value;
        kind = foldl' (
          kind: def:
          if kindOf def.value == kind then
            kind
          else
            throw "The option `${showOption loc}' has conflicting option types in ${showFiles (getFiles defs)}"
        ) (kindOf (head defs).value) defs;
        merge =
          {
            set = (attrsOf anything).merge;
            stringCoercibleSet = mergeOneOption;
            lambda =
              loc: defs: argument:
              anything.merge (loc ++ [ "<function body>" ]) (
                map (def: def // { value = def.value argument; }) defs
              );
          }
          .${kind} or mergeEqualOption;
      in
      merge loc defs;
  };

  # The type of a type.
  optionType = mkOptionType {
    name = "optionType";
    description = "optionType";
    descriptionClass = "noun";
    check = isType "option-type";
    merge =
      loc: defs:
      if builtins.length defs == 1 then
        (head defs).value
      else
        (lib.modules.fixupOptionType loc (
          lib.modules.mergeOptionDecls loc (
            map (def: {
              _file = def.file;
              options = lib.options.mkOption { type = def.value; };
            }) defs
          )
        )).type;
  };

  optionDeclaration = mkOptionType {
    name = "optionDeclaration";
    description = "option declaration";
    descriptionClass = "noun";
    check = x: isType "option" x && !(x ? value);
  };
}
