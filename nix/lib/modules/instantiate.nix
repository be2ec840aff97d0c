# A shape (see declare.nix) and definitions made into a configuration. Work is
# proportional to what is defined: everything else is the shape's own `base`.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    attrNames
    concatMap
    filter
    head
    isAttrs
    length
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (lib.modules)
    defaultDefinitions
    messages
    pushDown
    resolve
    ;
  inherit (lib.options) showOption;

  # The definitions of each attribute. `defs` have been pushed down, so their
  # values are attribute sets and `source` is the set as written.
  byName =
    onBadValue: defs:
    let
      split =
        def:
        if isAttrs def.value then
          mapAttrs (key: value: {
            inherit (def) file;
            inherit value key;
            within = def.source;
          }) def.value
        else
          throw (onBadValue def);
    in
    if length defs == 1 then
      mapAttrs (_: def: [ def ]) (split (head defs))
    else
      zipAttrsWith (_: all: all) (map split defs);

  # A shape filled with definitions. `origin` are the definitions of the value
  # as a whole, for messages; `defined` is what `byName` gave. Results:
  #   config     the values
  #   options    the declarations with their values, as a tree
  #   unmatched  definitions no option is declared for: `{ prefix, … }`
  #
  # `lazily` asks for nothing before it is needed, as declarations may depend on
  # the configuration they are part of. `sharing` is for shapes that do not: it
  # visits what is defined and takes all else from the shape.
  lazily =
    origin: prefix: shape: defined:
    let
      results = mapAttrs (
        name: child: fill lazily origin (prefix ++ [ name ]) child (defined.${name} or [ ])
      ) shape.children;
    in
    {
      config = mapAttrs (_: result: result.config) results;
      options = mapAttrs (_: result: result.options) results;
      unmatched = unmatchedIn shape.children results defined;
    };

  sharing =
    origin: prefix: shape: defined:
    let
      inherit (shape) children;
      known = removeAttrs defined (namesWithout children defined);
      at = name: fill sharing origin (prefix ++ [ name ]) children.${name};
      results = mapAttrs at (
        if shape.unshared == { } then known else mapAttrs (_: _: [ ]) shape.unshared // known
      );
    in
    {
      config = shape.base // mapAttrs (_: result: result.config) results;
      options = mapAttrs (name: _: (results.${name} or (at name [ ])).options) children;
      unmatched = unmatchedIn children results defined;
    };

  namesWithout = children: defined: filter (name: !(children ? ${name})) (attrNames defined);

  unmatchedIn =
    children: results: defined:
    concatMap (
      name:
      if !(children ? ${name}) then
        map (def: def // { prefix = [ name ]; }) defined.${name}
      else if children.${name}.isLeaf then
        [ ]
      else
        map (def: def // { prefix = [ name ] ++ def.prefix; }) results.${name}.unmatched
    ) (attrNames defined);

  fill =
    group: origin: loc: shape: defs:
    if shape.isLeaf then
      leaf origin loc shape defs
    else
      group origin loc shape (byName (messages.notAGroup loc shape.children) (concatMap pushDown defs));

  leaf =
    origin: loc: shape: defs:
    let
      inherit (shape) option;
      inherit (option) type;
      all =
        if option.readOnly or false && defs != [ ] && (option ? default || length defs > 1) then
          throw (messages.readOnly loc defs)
        else
          defaultDefinitions option ++ defs;
      resolved =
        if length defs == 1 && !(option.readOnly or false) && lib.modules.isPlain (head defs) then
          resolve missing loc type defs
        else
          resolve missing loc type all;
      missing = messages.missingIn origin option;
      # The common case by itself: one definition that is its own value.
      only = (head defs).value;
      merged =
        if shape.isSimple && length defs == 1 && !(only ? _type) && type.check only then
          only
        else if option ? apply then
          option.apply resolved.value
        else
          resolved.value;
      value = addErrorContext "while evaluating the option `${showOption loc}':" merged;
    in
    {
      config = value;
      options = record loc option resolved value;
    };

  record =
    loc: option: resolved: value:
    option
    // {
      inherit loc value;
      inherit (resolved) highestPrio isDefined;
      definitions = map (def: def.value) resolved.values;
      files = map (def: def.file) resolved.values;
      definitionsWithLocations = resolved.values;
      __toString = _: showOption loc;
    };
in
{
  inherit byName lazily sharing;

  # nixpkgs' calling convention: an option by itself, not in a shape.
  evalOptionValue =
    loc: option: defs:
    (leaf [ ] loc {
      inherit option;
      isSimple = false;
    } defs).options;
}
