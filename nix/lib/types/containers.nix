# Lists, attribute sets, functions: types with a type inside.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    concatLists
    filter
    foldl'
    functionArgs
    head
    isAttrs
    isList
    length
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (lib.lists) imap0 imap1;
  inherit (lib.modules) isPlain messages resolve;
  inherit (lib.types)
    addCheck
    attrsWith
    elemTypeFunctor
    functionTo
    listOf
    mkOptionType
    nonEmptyListOf
    optionDescriptionPhrase
    uniq
    unique
    ;

  phrase = optionDescriptionPhrase (class: class == "noun" || class == "composite");
  inner = resolve messages.missing;

  # `{ isDefined, value }` of one element from its definitions. An atomic value
  # that stands alone needs no merging.
  element =
    elemType: loc: defs:
    if elemType.atomic or false && length defs == 1 && isPlain (head defs) then
      if elemType.check (head defs).value then
        {
          isDefined = true;
          inherit (head defs) value;
        }
      else
        throw (messages.wrongType loc elemType defs)
    else
      inner loc elemType defs;

  # Elements are numbered as written, so that a message can be traced to the
  # list; with several definitions the number of the definition goes before.
  elements =
    elemType: loc: def: label:
    filter (e: e.isDefined) (
      imap0 (n: value: element elemType (loc ++ [ (label n) ]) [ (def // { inherit value; }) ]) def.value
    );
in
{
  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = _: foldl' (res: def: res // def.value) { };
    emptyValue.value = { };
  };

  listOf =
    elemType:
    mkOptionType {
      name = "listOf";
      description = "list of ${phrase elemType}";
      descriptionClass = "composite";
      check = isList;
      merge =
        loc: defs:
        map (e: e.value) (
          if length defs == 1 then
            elements elemType loc (head defs) toString
          else
            concatLists (
              imap1 (
                n: def: elements elemType loc def (m: "[definition ${toString n}-entry ${toString (m + 1)}]")
              ) defs
            )
        );
      emptyValue.value = [ ];
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: listOf (elemType.substSubModules m);
      functor = elemTypeFunctor "listOf" listOf elemType;
      nestedTypes = { inherit elemType; };
      hint = v: if elemType.check v then " Write it in brackets: `[ … ]'." else "";
    };

  nonEmptyListOf =
    elemType:
    let
      list = addCheck (listOf elemType) (l: l != [ ]);
    in
    list
    // {
      description = "non-empty ${optionDescriptionPhrase (class: class == "noun") list}";
      emptyValue = { };
      substSubModules = m: nonEmptyListOf (elemType.substSubModules m);
    };

  attrsOf = elemType: attrsWith { inherit elemType; };
  # Lazy in its values, so `mkIf false` does not make an attribute disappear.
  lazyAttrsOf =
    elemType:
    attrsWith {
      inherit elemType;
      lazy = true;
    };

  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }:
    let
      split =
        def:
        mapAttrs (key: value: {
          inherit (def) file;
          inherit key value;
          within = def.value;
        }) def.value;
      entry = loc: name: element elemType (loc ++ [ name ]);
      entries =
        loc: defs:
        if length defs == 1 then
          mapAttrs (name: def: entry loc name [ def ]) (split (head defs))
        else
          zipAttrsWith (entry loc) (map split defs);
    in
    mkOptionType {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "${if lazy then "lazy " else ""}attribute set of ${phrase elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        loc: defs:
        let
          all = entries loc defs;
          undefined = filter (name: !all.${name}.isDefined) (attrNames all);
        in
        if lazy then
          mapAttrs (_: e: e.value) all
        else
          mapAttrs (_: e: e.value) (if undefined == [ ] then all else removeAttrs all undefined);
      emptyValue.value = { };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      inherit (elemType) getSubModules;
      substSubModules =
        m:
        attrsWith {
          elemType = elemType.substSubModules m;
          inherit lazy placeholder;
        };
      functor = {
        name = "attrsWith";
        type = attrsWith;
        payload = { inherit elemType lazy placeholder; };
        binOp =
          a: b:
          let
            merged = a.elemType.typeMerge b.elemType.functor;
            placeholders = filter (p: p != "name") [
              a.placeholder
              b.placeholder
            ];
          in
          if
            merged == null || a.lazy != b.lazy || (length placeholders == 2 && a.placeholder != b.placeholder)
          then
            null
          else
            {
              elemType = merged;
              inherit (a) lazy;
              placeholder = if placeholders == [ ] then "name" else head placeholders;
            };
      };
      nestedTypes = { inherit elemType; };
    };

  uniq = unique { message = ""; };
  unique =
    { message }:
    type:
    mkOptionType {
      name = "unique";
      inherit (type)
        description
        descriptionClass
        check
        emptyValue
        getSubOptions
        getSubModules
        ;
      merge = lib.options.mergeUniqueOption {
        inherit message;
        inherit (type) merge;
      };
      substSubModules = m: uniq (type.substSubModules m);
      functor = elemTypeFunctor "unique" (unique { inherit message; }) type;
      nestedTypes.elemType = type;
    };

  functionTo =
    elemType:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${phrase elemType}";
      descriptionClass = "composite";
      check = lib.trivial.isFunction;
      merge = loc: defs: {
        # An argument has a default if it has one in every definition.
        __functionArgs = zipAttrsWith (_: all (x: x)) (
          map (def: if def.value ? __functor then { } else functionArgs def.value) defs
        );
        __functor =
          _: argument:
          (inner (loc ++ [ "<function body>" ]) elemType (
            map (def: def // { value = def.value argument; }) defs
          )).value;
      };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: functionTo (elemType.substSubModules m);
      functor = elemTypeFunctor "functionTo" functionTo elemType;
      nestedTypes = { inherit elemType; };
    };
}
