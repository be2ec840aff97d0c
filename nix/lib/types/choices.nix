# Types that are one of several.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    head
    isAttrs
    isBool
    isInt
    isString
    length
    mapAttrs
    tail
    typeOf
    unsafeGetAttrPos
    ;
  inherit (lib.options)
    getFiles
    mergeEqualOption
    mergeOneOption
    showFiles
    showOption
    ;
  inherit (lib.strings) escapeNixIdentifier;
  inherit (lib.types)
    attrTag
    coercedTo
    defaultFunctor
    either
    elemTypeFunctor
    enum
    mkOptionType
    nullOr
    optionDescriptionPhrase
    serializableValueWith
    ;

  isNoun = class: class == "noun";
  nounOrConjunction = class: class == "noun" || class == "conjunction";
in
{
  enum =
    values:
    let
      show =
        v:
        if isString v then
          "\"${v}\""
        else if isInt v then
          toString v
        else if isBool v then
          lib.trivial.boolToString v
        else
          "<${typeOf v}>";
    in
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if length values == 1 then
          "value ${show (head values)} (singular enum)"
        else
          "one of ${concatStringsSep ", " (map show values)}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = v: elem v values;
      merge = mergeEqualOption;
      atomic = true;
      hint =
        v:
        let
          alike = lib.modules.messages.similar v (filter isString values);
        in
        if isString v && alike != [ ] then
          lib.modules.messages.didYouMean alike
        else if values == [ ] then
          ""
        else
          " It needs ${concatStringsSep " or " (map show values)}, not ${lib.generators.toBrief v}.";
      functor = defaultFunctor "enum" // {
        type = payload: enum payload.values;
        payload = { inherit values; };
        binOp = a: b: { values = lib.lists.unique (a.values ++ b.values); };
      };
    };

  nullOr =
    elemType:
    mkOptionType {
      name = "nullOr";
      description = "null or ${optionDescriptionPhrase nounOrConjunction elemType}";
      descriptionClass = "conjunction";
      check = v: v == null || elemType.check v;
      merge =
        loc: defs:
        let
          nulls = filter (def: def.value == null) defs;
        in
        if nulls == [ ] then
          elemType.merge loc defs
        else if length nulls == length defs then
          null
        else
          throw "The option `${showOption loc}' is defined both null and not null, in ${showFiles (getFiles defs)}.";
      emptyValue.value = null;
      inherit (elemType) getSubOptions getSubModules;
      substSubModules = m: nullOr (elemType.substSubModules m);
      functor = elemTypeFunctor "nullOr" nullOr elemType;
      nestedTypes = { inherit elemType; };
      hint = elemType.hint or (_: "");
      atomic = elemType.atomic or false;
    };

  either =
    t1: t2:
    mkOptionType {
      name = "either";
      description =
        if t1.descriptionClass or null == "nonRestrictiveClause" then
          "${t1.description}, or ${optionDescriptionPhrase nounOrConjunction t2}"
        else
          "${optionDescriptionPhrase nounOrConjunction t1} or ${
            optionDescriptionPhrase (class: nounOrConjunction class || class == "composite") t2
          }";
      descriptionClass = "conjunction";
      check = v: t1.check v || t2.check v;
      merge =
        loc: defs:
        if all (def: t1.check def.value) defs then
          t1.merge loc defs
        else if all (def: t2.check def.value) defs then
          t2.merge loc defs
        else
          mergeOneOption loc defs;
      typeMerge =
        f:
        let
          left = t1.typeMerge (elemAt f.payload.elemType 0).functor;
          right = t2.typeMerge (elemAt f.payload.elemType 1).functor;
        in
        if f.name == "either" && left != null && right != null then either left right else null;
      functor = defaultFunctor "either" // {
        payload.elemType = [
          t1
          t2
        ];
      };
      nestedTypes = {
        left = t1;
        right = t2;
      };
    };

  # What JSON and TOML can hold.
  serializableValueWith =
    {
      typeName,
      nullable ? true,
    }:
    let
      inherit (lib) types;
      base = types.oneOf [
        types.bool
        types.int
        types.float
        types.str
        types.path
        (types.attrsOf value)
        (types.listOf value)
      ];
      value = (if nullable then nullOr base else base) // {
        description = "${typeName} value";
      };
    in
    value;
  json = serializableValueWith { typeName = "JSON"; };
  toml = serializableValueWith {
    typeName = "TOML";
    nullable = false;
  };

  oneOf =
    types:
    if types == [ ] then
      throw "types.oneOf needs to get at least one type in its argument"
    else
      foldl' either (head types) (tail types);

  coercedTo =
    from: convert: to:
    assert lib.trivial.assertMsg (
      from.getSubModules == null
    ) "coercedTo: coercedType must not have submodules (it’s a ${from.description})";
    mkOptionType {
      name = "coercedTo";
      description = "${optionDescriptionPhrase isNoun to} or ${optionDescriptionPhrase isNoun from} convertible to it";
      check = v: (from.check v && to.check (convert v)) || to.check v;
      merge =
        loc: defs:
        to.merge loc (
          map (def: if from.check def.value then def // { value = convert def.value; } else def) defs
        );
      inherit (to) emptyValue getSubOptions getSubModules;
      substSubModules = m: coercedTo from convert (to.substSubModules m);
      typeMerge = _: null;
      functor = defaultFunctor "coercedTo";
      nestedTypes = {
        coercedType = from;
        finalType = to;
      };
    };

  # A set of exactly one attribute, whose name says which of `tags` it is.
  attrTag =
    tags':
    let
      tags = mapAttrs (
        name: option:
        let
          position = unsafeGetAttrPos name tags';
        in
        if option._type or null != "option" then
          throw "In attrTag, each tag value must be an option, but tag ${escapeNixIdentifier name} ${
            if option._type or null == "option-type" then
              "was a bare type, not wrapped in mkOption."
            else
              "was not."
          }"
        else
          option
          // {
            declarations = option.declarations or (if position == null then [ ] else [ position.file ]);
            declarationPositions =
              option.declarationPositions or (if position == null then [ ] else [ position ]);
          }
      ) tags';
      choices = concatStringsSep ", " (map escapeNixIdentifier (attrNames tags));
      tagOf = value: head (attrNames value);
    in
    mkOptionType {
      name = "attrTag";
      description = "attribute-tagged union with choices: ${choices}";
      descriptionClass = "noun";
      getSubOptions = prefix: mapAttrs (name: option: option // { loc = prefix ++ [ name ]; }) tags;
      check = v: isAttrs v && length (attrNames v) == 1 && tags ? ${tagOf v};
      merge =
        loc: defs:
        let
          choice = tagOf (head defs).value;
          others = filter (def: tagOf def.value != choice) defs;
        in
        if others != [ ] then
          throw "The option `${showOption loc}' is defined both as `${choice}' and `${tagOf (head others).value}', in ${showFiles (getFiles defs)}."
        else
          {
            ${choice} =
              (lib.modules.evalOptionValue (loc ++ [ choice ]) tags.${choice} (
                map (def: {
                  inherit (def) file;
                  value = def.value.${choice};
                  within = def.value;
                  key = choice;
                }) defs
              )).value;
          };
      nestedTypes = tags;
      functor = defaultFunctor "attrTag" // {
        type = payload: attrTag payload.tags;
        payload = { inherit tags; };
        # A tag that both declare is one option, merged as options are.
        binOp = a: b: {
          tags =
            a.tags
            // b.tags
            // mapAttrs (
              name: option:
              lib.modules.mergeOptionDecls [ name ] (
                map
                  (options: {
                    _file = "<attrTag {...}>";
                    inherit options;
                  })
                  [
                    a.tags.${name}
                    option
                  ]
              )
              // {
                declarations = a.tags.${name}.declarations ++ option.declarations;
                declarationPositions = a.tags.${name}.declarationPositions ++ option.declarationPositions;
              }
            ) (builtins.intersectAttrs a.tags b.tags);
        };
      };
    };
}
