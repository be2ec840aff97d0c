# Where each setting was written: path → [ { file, line, column } ], for every
# attribute of every definition, lists by number; what overrides the others comes
# first. Paths are joined with dots and leave out `hypervisor`.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    foldl'
    genList
    groupBy
    isAttrs
    isList
    length
    mapAttrs
    seq
    sort
    tryEval
    unsafeGetAttrPos
    ;
  inherit (lib) isOption;
  defaultPriority = (lib.mkOptionDefault null).priority;
  # That of a value which nothing is wrapped around.
  plainPriority = 100;

  # What no definition has: that of one whose condition does not hold.
  noPriority = 9999;

  at =
    path: priorities: position:
    if position == null then
      [ ]
    else
      [
        {
          inherit path priorities position;
        }
      ];

  # How strongly a value is defined: the lowest number overrides the others.
  priorityOf =
    value:
    let
      kind = if isAttrs value then value._type or "" else "";
    in
    if kind == "override" then
      value.priority
    else if kind == "order" then
      priorityOf value.content
    else if kind == "if" then
      if value.condition then priorityOf value.content else noPriority
    else if kind == "merge" then
      foldl' (
        best: content:
        let
          own = priorityOf content;
        in
        if own < best then own else best
      ) noPriority value.contents
    else
      plainPriority;

  below =
    path: priorities: value:
    if isAttrs value then
      let
        kind = value._type or "";
      in
      if kind == "" then
        if value ? outPath || value ? __functor then
          [ ]
        else
          concatMap (attribute path priorities value) (attrNames value)
      else if kind == "merge" then
        concatMap (below path priorities) value.contents
      else if kind == "if" then
        if value.condition then below path priorities value.content else [ ]
      else if kind == "order" then
        below path priorities value.content
      else if kind == "override" then
        # It may be a default that throws and that another definition replaces.
        if (tryEval (seq value.content null)).success then
          below path priorities value.content
        else
          [ ]
      else
        [ ]
    else if isList value then
      concatLists (
        genList (n: below "${path}.${toString n}" priorities (builtins.elemAt value n)) (length value)
      )
    else
      [ ];

  attribute =
    path: outer: set: name:
    let
      here = "${path}.${name}";
      priorities = outer ++ [ (priorityOf set.${name}) ];
    in
    at here priorities (unsafeGetAttrPos name set) ++ below here priorities set.${name};

  # The bundled library remembers the attribute of each definition.
  definition =
    path: def:
    (if def ? within then at path [ ] (unsafeGetAttrPos def.key def.within) else [ ])
    ++ below path [ ] def.value;

  inOptions =
    path: options:
    concatMap (
      name:
      let
        option = options.${name};
        here = if path == "" then name else "${path}.${name}";
      in
      if !isOption option then
        inOptions here option
      else if option.isDefined && option.highestPrio < defaultPriority then
        concatMap (definition here) option.definitionsWithLocations
      else
        [ ]
    ) (attrNames options);

  # The outermost overrides decide, as they do between definitions.
  strongestFirst =
    entries:
    if length entries == 1 then entries else sort (a: b: a.priorities < b.priorities) entries;
in
options:
mapAttrs (_: entries: map (entry: entry.position) (strongestFirst entries)) (
  groupBy (entry: entry.path) (inOptions "" options)
)
