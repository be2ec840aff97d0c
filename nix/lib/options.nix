# Declaring options, showing them and their definitions to people.
{ lib }:
let
  inherit (builtins)
    all
    concatLists
    concatStringsSep
    filter
    foldl'
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    map
    match
    tail
    ;
  inherit (lib.strings) concatMapStrings escapeNixIdentifier;

  changePriority = "Use `lib.mkForce value' or `lib.mkDefault value' to change the priority on any of these definitions.";

  isPlaceholder = part: part == "*" || match "<.*>" part != null || match "[0-9]+" part != null;
  showOption =
    parts:
    concatStringsSep "." (
      map (part: if isPlaceholder part then part else escapeNixIdentifier part) parts
    );
  showFiles = files: concatStringsSep " and " (map (file: "`${file}'") files);

  # `file:line:column`, or the file where no more is known.
  showWhere =
    def:
    let
      position = lib.modules.messages.position def;
    in
    if position == null then
      toString def.file
    else
      "${position.file}:${toString position.line}:${toString position.column}";

  # What `mkIf` and its like are around.
  withoutProperties =
    value:
    if
      builtins.elem (value._type or "") [
        "if"
        "order"
        "override"
      ]
    then
      withoutProperties value.content
    else
      value;

  # One line a definition; a value of several lines is cut after five.
  showDefs = concatMapStrings (
    def:
    let
      shown = builtins.tryEval (
        lib.generators.toPretty { } (
          lib.generators.withRecursion {
            depthLimit = 10;
            throwOnDepthLimit = false;
          } (withoutProperties def.value)
        )
      );
      lines = filter isString (builtins.split "\n" shown.value);
      text = concatStringsSep "\n    " (
        lib.lists.take 5 lines ++ lib.lists.optional (length lines > 5) "..."
      );
    in
    "\n- In `${showWhere def}'"
    + (
      if !shown.success then
        ""
      else if length lines > 1 then
        ":\n    ${text}"
      else
        ": ${text}"
    )
  );

  getValues = map (def: def.value);
  getFiles = map (def: def.file);

  mergeDefaultOption =
    loc: defs:
    let
      values = getValues defs;
    in
    if length values == 1 then
      head values
    else if all lib.trivial.isFunction values then
      x: mergeDefaultOption loc (map (def: def // { value = def.value x; }) defs)
    else if all isList values then
      concatLists values
    else if all isAttrs values then
      foldl' (a: b: a // b) { } values
    else if all isBool values then
      foldl' (a: b: a || b) false values
    else if all isString values then
      concatStringsSep "" values
    else if all isInt values && all (x: x == head values) values then
      head values
    else
      throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs defs}";

  mergeUniqueOption =
    {
      message,
      merge ? _: defs: (head defs).value,
    }:
    loc: defs:
    if length defs == 1 then
      merge loc defs
    else
      throw "The option `${showOption loc}' is defined ${toString (length defs)} times, but takes a single definition.${
        if message == "" then "" else " ${message}"
      } Definition values:${showDefs defs}\n${changePriority}";

  mergeEqualOption =
    loc: defs:
    if length defs == 1 then
      (head defs).value
    else
      let
        first = head defs;
        other = filter (def: def.value != first.value) (tail defs);
      in
      if other == [ ] then
        first.value
      else
        throw "The option `${showOption loc}' has conflicting definition values:${
          showDefs [
            first
            (head other)
          ]
        }\n${changePriority}";

  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      relatedPackages ? null,
      type ? null,
      apply ? null,
      internal ? null,
      visible ? null,
      readOnly ? null,
    }@attrs:
    attrs // { _type = "option"; };

  literalExpression =
    text:
    if isString text then
      {
        _type = "literalExpression";
        inherit text;
      }
    else
      throw "literalExpression expects a string.";
  literalMD =
    text:
    if isString text then
      {
        _type = "literalMD";
        inherit text;
      }
    else
      throw "literalMD expects a string.";
in
{
  inherit
    getFiles
    getValues
    literalExpression
    literalMD
    mergeDefaultOption
    mergeEqualOption
    mergeUniqueOption
    mkOption
    showDefs
    showFiles
    showOption
    showWhere
    ;
  inherit (lib.modules) unknownModule;
  inherit (import ./options/docs.nix { inherit lib; })
    optionAttrSetToDocList
    optionAttrSetToDocList'
    renderOptionValue
    scrubOptionValue
    ;

  isOption = x: x._type or "" == "option";
  mergeOneOption = mergeUniqueOption { message = ""; };
  literalCode = language: text: literalMD "```${language}\n${text}\n```\n";
  mdDoc = text: text;

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };

  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      path = lib.lists.toList default;
      shownPath = lib.attrsets.showAttrPath path;
      shownName = if isList name then lib.lists.last name else name;
    in
    mkOption (
      (
        if default != null then
          {
            default = lib.attrsets.attrByPath path (throw "${shownPath} cannot be found in ${pkgsText}") pkgs;
            defaultText = literalExpression "${pkgsText}.${shownPath}";
          }
        else
          lib.attrsets.optionalAttrs nullable { default = null; }
      )
      // {
        description =
          "The ${shownName} package to use."
          + lib.strings.optionalString (extraDescription != "") " ${extraDescription}";
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
      }
      // lib.attrsets.optionalAttrs (example != null) {
        example = literalExpression (
          if isList example then "${pkgsText}.${lib.attrsets.showAttrPath example}" else example
        );
      }
    );

  mkSinkUndeclaredOptions =
    attrs:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Sink for option definitions.";
        type = lib.types.mkOptionType {
          name = "sink";
          check = _: true;
          merge = _: _: false;
        };
        apply = _: throw "Option value is not readable because the option is not declared.";
      }
      // attrs
    );

  showOptionWithDefLocs = option: ''
    ${showOption option.loc}, with values defined in:
    ${concatStringsSep "\n" (map (file: "  - ${file}") option.files)}
  '';
}
