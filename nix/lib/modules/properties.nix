# Properties: what `mkIf`, `mkMerge`, `mkForce`, `mkOrder` and their like wrap
# around a value, and how a list of definitions is reduced to those that count.
#
# A definition is `{ file, value, within, key }`: `within.key` is the attribute
# it was written as, kept so that a message can say line and column.
{ lib }:
let
  inherit (builtins)
    any
    concatMap
    foldl'
    head
    isAttrs
    isBool
    length
    mapAttrs
    sort
    ;

  defaultOverridePriority = 100;
  defaultOrderPriority = 1000;
  noDefinitionPriority = 9999;

  priorityOf =
    def: if def.value._type or "" == "override" then def.value.priority else defaultOverridePriority;
  withoutOverride =
    def: if def.value._type or "" == "override" then def // { value = def.value.content; } else def;

  # The values under `mkIf` and `mkMerge`, conditions decided.
  dischargeProperties =
    value:
    let
      kind = value._type or "";
    in
    if kind == "merge" then
      concatMap dischargeProperties value.contents
    else if kind == "if" then
      if !isBool value.condition then
        throw "`mkIf' needs a boolean condition, but was given ${lib.generators.toBrief value.condition}"
      else if value.condition then
        dischargeProperties value.content
      else
        [ ]
    else
      [ value ];

  dischargeDefinition =
    def:
    map
      (
        value:
        if value._type or null == "definition" then
          def // { inherit (value) file value; }
        else
          def // { inherit value; }
      )
      (
        builtins.addErrorContext "while evaluating definitions from `${def.file}':" (
          dischargeProperties def.value
        )
      );

  filterOverrides' =
    defs:
    if length defs == 1 then
      {
        values = map withoutOverride defs;
        highestPrio = priorityOf (head defs);
      }
    else
      let
        highestPrio = foldl' (
          best: def:
          let
            own = priorityOf def;
          in
          if own < best then own else best
        ) noDefinitionPriority defs;
      in
      {
        values = concatMap (
          def: if priorityOf def == highestPrio then [ (withoutOverride def) ] else [ ]
        ) defs;
        inherit highestPrio;
      };

  sortProperties =
    defs:
    sort (a: b: a.priority or defaultOrderPriority < b.priority or defaultOrderPriority) (
      map (
        def:
        if def.value._type or "" == "order" then
          def
          // {
            value = def.value.content;
            inherit (def.value) priority;
          }
        else
          def
      ) defs
    );

  # The definitions that count, in order, stripped of their properties.
  finalDefinitions =
    defs:
    let
      filtered = filterOverrides' (concatMap dischargeDefinition defs);
    in
    {
      inherit (filtered) highestPrio;
      values =
        if any (def: def.value._type or "" == "order") filtered.values then
          sortProperties filtered.values
        else
          filtered.values;
    };

  isPlain = def: !(def.value ? _type);

  # The value of `type` that `defs` amount to. `value` throws if there are none
  # and the type has no empty value; `onMissing` gives the message.
  resolve =
    onMissing: loc: type: defs:
    if length defs == 1 && isPlain (head defs) then
      {
        isDefined = true;
        highestPrio = defaultOverridePriority;
        values = defs;
        value = mergeValues loc type defs;
      }
    else
      let
        final = finalDefinitions defs;
      in
      {
        isDefined = final.values != [ ];
        inherit (final) highestPrio values;
        value =
          if final.values != [ ] then
            mergeValues loc type final.values
          else
            type.emptyValue.value or (throw (onMissing loc type));
      };

  mergeValues =
    loc: type: defs:
    if builtins.all (def: type.check def.value) defs then
      type.merge loc defs
    else
      throw (lib.modules.messages.wrongType loc type defs);

  mergeDefinitions =
    loc: type: defs:
    let
      resolved = resolve lib.modules.messages.missing loc type defs;
    in
    {
      inherit (resolved) isDefined;
      defsFinal' = {
        inherit (resolved) values highestPrio;
      };
      defsFinal = resolved.values;
      mergedValue = resolved.value;
      optionalValue = if resolved.isDefined then { inherit (resolved) value; } else { };
    };

  # The attribute sets under `mkIf`, `mkMerge` and `mkOverride`, with the
  # properties moved onto the attributes, conditions undecided: that is what
  # lets a condition depend on the configuration it belongs to.
  pushDownProperties =
    value:
    let
      kind = value._type or "";
      wrapEach = wrap: content: if isAttrs content then mapAttrs (_: wrap) content else content;
    in
    if kind == "merge" then
      concatMap pushDownProperties value.contents
    else if kind == "if" then
      map (wrapEach (mkIf value.condition)) (pushDownProperties value.content)
    else if kind == "override" then
      map (wrapEach (mkOverride value.priority)) (pushDownProperties value.content)
    else
      [ value ];

  # As `pushDownProperties`, for a definition; `source` is the attribute set as
  # written, which alone knows its positions.
  pushDown =
    def:
    let
      kind = def.value._type or "";
      inner = content: pushDown (def // { value = content; });
      wrapEach =
        wrap: map (d: if isAttrs d.value then d // { value = mapAttrs (_: wrap) d.value; } else d);
    in
    if kind == "" then
      [ (def // { source = def.value; }) ]
    else if kind == "merge" then
      concatMap inner def.value.contents
    else if kind == "if" then
      wrapEach (mkIf def.value.condition) (inner def.value.content)
    else if kind == "override" then
      wrapEach (mkOverride def.value.priority) (inner def.value.content)
    else
      [ (def // { source = def.value; }) ];

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };

  # The attributes of an `attrsOf` option, each with its own priority.
  mergeAttrDefinitionsWithPrio =
    option:
    builtins.mapAttrs
      (
        name: defs:
        let
          resolved = resolve lib.modules.messages.missing (
            option.loc ++ [ name ]
          ) option.type.nestedTypes.elemType defs;
        in
        {
          inherit (resolved) value highestPrio;
        }
      )
      (
        builtins.zipAttrsWith (_: defs: defs) (
          concatMap (
            def: map (mapAttrs (_: value: def // { inherit value; })) (pushDownProperties def.value)
          ) option.definitionsWithLocations
        )
      );

  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));
in
{
  inherit
    defaultOrderPriority
    defaultOverridePriority
    dischargeProperties
    filterOverrides'
    finalDefinitions
    isPlain
    mergeAttrDefinitionsWithPrio
    mergeDefinitions
    mkAliasAndWrapDefinitions
    mkIf
    mkMerge
    mkOrder
    mkOverride
    pushDown
    pushDownProperties
    resolve
    sortProperties
    ;

  filterOverrides = defs: (filterOverrides' defs).values;

  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  mkAssert =
    assertion: message: content:
    mkIf (if assertion then true else throw "\nFailed assertion: ${message}") content;
  mkDefinition = args: args // { _type = "definition"; };
  mkAliasDefinitions = mkAliasAndWrapDefinitions (x: x);
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    mkIf option.isDefined (
      wrap (mkMerge (map (mkOverride (option.highestPrio or defaultOverridePriority)) option.definitions))
    );
  mkDerivedConfig =
    option: f: mkOverride (option.highestPrio or defaultOverridePriority) (f option.value);
  mapDefinitionValue =
    f:
    let
      go =
        def:
        let
          kind = def._type or "";
        in
        if kind == "merge" then
          def // { contents = map go def.contents; }
        else if kind == "if" || kind == "override" || kind == "order" then
          def // { content = go def.content; }
        else if kind == "definition" then
          def // { value = go def.value; }
        else
          f def;
    in
    go;
}
