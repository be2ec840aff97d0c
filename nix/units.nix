# What each unit sets itself, by name. A unit's own `explicit` says so too, but
# looks at every option; this looks only where somebody wrote something, which
# is what makes thousands of units quick.
{ lib }:
let
  inherit (builtins)
    all
    any
    attrNames
    concatMap
    filter
    isAttrs
    isBool
    listToAttrs
    map
    mapAttrs
    seq
    zipAttrsWith
    ;
  inherit (lib) isOption;
  defaultPriority = (lib.mkOptionDefault null).priority;

  decided =
    condition:
    if isBool condition then
      condition
    else
      throw "`mkIf' needs a boolean condition, but was given a value of type `${builtins.typeOf condition}'";

  # Whether a definition of an option counts. What an override is around is not
  # looked at: it may be a default that must not be evaluated.
  counts =
    value:
    let
      kind = value._type or "";
    in
    if kind == "merge" then
      any counts value.contents
    else if kind == "if" then
      decided value.condition && counts value.content
    else if kind == "override" then
      value.priority < defaultPriority
    else
      true;

  # The sets that a definition of a group amounts to.
  setsOf =
    value:
    let
      kind = value._type or "";
    in
    if kind == "merge" then
      concatMap setsOf value.contents
    else if kind == "if" then
      if decided value.condition then setsOf value.content else [ ]
    else if kind == "override" then
      if value.priority < defaultPriority then setsOf value.content else [ ]
    else
      [ value ];

  # The part of `config` for which `sets` hold a definition.
  chosen =
    options: config: sets:
    let
      defined = zipAttrsWith (_: values: values) sets;
      pick =
        name:
        let
          inner = chosen options.${name} config.${name} (concatMap setsOf defined.${name});
        in
        if isOption options.${name} then
          # Evaluated first, so that what is wrong with a definition is said of
          # the option.
          if seq config.${name} (any counts defined.${name}) then
            [
              {
                inherit name;
                value = config.${name};
              }
            ]
          else
            [ ]
        else if inner == { } then
          [ ]
        else
          [
            {
              inherit name;
              value = inner;
            }
          ];
    in
    listToAttrs (
      concatMap pick (filter (name: options ? ${name} && config ? ${name}) (attrNames defined))
    );

  # Whether a unit's definition is written as attributes only: a function or a
  # path is a module, and an override sets the others of the unit aside.
  isPlain =
    value:
    let
      kind = value._type or "";
    in
    isAttrs value
    && !(value ? __functor)
    && (
      kind == ""
      || (kind == "merge" && all isPlain value.contents)
      || (kind == "if" && isPlain value.content)
    );
in
units: config:
let
  options = units.type.nestedTypes.elemType.getSubOptions [ ];
  raw = zipAttrsWith (_: values: values) (map (def: def.value) units.definitionsWithLocations);
in
mapAttrs (
  name: unit:
  if all isPlain raw.${name} && unit.guest == null then
    # Forced first, as that is what refuses names that are no options.
    seq unit (
      removeAttrs (chosen options unit (concatMap setsOf raw.${name})) [ "guestStore" ]
    )
  else
    unit.explicit
) config
