# Attribute sets.
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    attrValues
    concatMap
    elemAt
    filter
    foldl'
    head
    isAttrs
    length
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
in
rec {
  inherit
    attrNames
    attrValues
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (builtins)
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    ;

  nameValuePair = name: value: { inherit name value; };
  optionalAttrs = condition: attrs: if condition then attrs else { };
  recurseIntoAttrs = attrs: attrs // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = attrs: attrs // { recurseForDerivations = false; };
  isDerivation = x: x.type or null == "derivation";

  # Paths -------------------------------------------------------------------
  attrByPath =
    path: default: set:
    let
      end = length path;
      go =
        n: x:
        if n == end then
          x
        else if x ? ${elemAt path n} then
          go (n + 1) x.${elemAt path n}
        else
          default;
    in
    go 0 set;
  hasAttrByPath =
    path: set:
    let
      end = length path;
      go = n: x: n == end || (x ? ${elemAt path n} && go (n + 1) x.${elemAt path n});
    in
    go 0 set;
  setAttrByPath =
    path: value:
    let
      end = length path;
      go = n: if n == end then value else { ${elemAt path n} = go (n + 1); };
    in
    go 0;
  getAttrFromPath =
    path: set:
    attrByPath path (throw "cannot find attribute '${lib.strings.concatStringsSep "." path}'") set;
  longestValidPathPrefix =
    path: set:
    let
      end = length path;
      go =
        n: x:
        if n < end && x ? ${elemAt path n} then go (n + 1) x.${elemAt path n} else lib.lists.take n path;
    in
    go 0 set;
  showAttrPath =
    path:
    if path == [ ] then
      "<root attribute path>"
    else
      lib.strings.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;
  # Selecting ---------------------------------------------------------------
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: listToAttrs (map (name: nameValuePair name set.${name}) names);
  filterAttrs = pred: set: removeAttrs set (filter (name: !pred name set.${name}) (attrNames set));
  filterAttrsRecursive =
    pred: set:
    mapAttrs (_: v: if isAttrs v then filterAttrsRecursive pred v else v) (filterAttrs pred set);
  collect =
    pred: x:
    if pred x then
      [ x ]
    else if isAttrs x then
      concatMap (collect pred) (attrValues x)
    else
      [ ];

  # Mapping -----------------------------------------------------------------
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: mergeAttrsList (mapAttrsToList f set);
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    cond: f: set:
    let
      go =
        path:
        mapAttrs (
          name: v:
          let
            here = path ++ [ name ];
          in
          if isAttrs v && cond v then go here v else f here v
        );
    in
    go [ ] set;
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    pred: f: set:
    let
      go =
        path: v:
        if isAttrs v && (path == [ ] || pred path v) then
          concatMap (name: go (path ++ [ name ]) v.${name}) (attrNames v)
        else
          [ (f path v) ];
    in
    go [ ] set;

  # Folding and merging -----------------------------------------------------
  foldlAttrs =
    f: init: set:
    foldl' (acc: name: f acc name set.${name}) init (attrNames set);
  foldAttrs =
    op: nul: sets:
    mapAttrs (_: lib.lists.foldr op nul) (zipAttrs sets);
  zipAttrs = zipAttrsWith (_: values: values);
  zipAttrsWithNames =
    names: f: sets:
    genAttrs names (name: f name (builtins.catAttrs name sets));
  # Halves are merged first: a left fold would copy the growing result n times.
  mergeAttrsList =
    sets:
    let
      go =
        start: end:
        if end - start >= 2 then
          let
            middle = start + (end - start) / 2;
          in
          go start middle // go middle end
        else
          elemAt sets start;
    in
    if sets == [ ] then { } else go 0 (length sets);
  recursiveUpdateUntil =
    stop: lhs: rhs:
    let
      go =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || stop here (elemAt values 1) (head values) then
            head values
          else
            go here values
        );
    in
    go
      [ ]
      [
        rhs
        lhs
      ];
  recursiveUpdate = recursiveUpdateUntil (
    _: lhs: rhs:
    !(isAttrs lhs && isAttrs rhs)
  );
  matchAttrs =
    pattern: attrs:
    assert isAttrs pattern;
    all (
      name:
      attrs ? ${name}
      && (
        if isAttrs pattern.${name} then
          isAttrs attrs.${name} && matchAttrs pattern.${name} attrs.${name}
        else
          pattern.${name} == attrs.${name}
      )
    ) (attrNames pattern);
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;
  unionOfDisjoint =
    a: b:
    let
      clash = builtins.intersectAttrs a b;
    in
    if clash == { } then
      a // b
    else
      throw "unionOfDisjoint: collision on ${toString (attrNames clash)}";

  cartesianProduct =
    sets:
    foldl' (rows: name: concatMap (row: map (value: row // { ${name} = value; }) sets.${name}) rows) [
      { }
    ] (attrNames sets);
  mapCartesianProduct = f: sets: map f (cartesianProduct sets);
}
