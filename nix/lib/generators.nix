# Values as text.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    tryEval
    ;
  inherit (lib.strings) concatMapStringsSep escapeNixIdentifier;
in
rec {
  toJSON = { }: builtins.toJSON;

  mkValueStringDefault =
    { }:
    v:
    if isString v then
      v
    else if isBool v then
      lib.trivial.boolToString v
    else if v == null then
      "null"
    else if isFloat v then
      lib.strings.floatToString v
    else
      toString v;

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    sep: k: v:
    "${lib.strings.escape [ sep ] k}${sep}${mkValueString v}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    attrs:
    lib.strings.concatLines (
      builtins.concatLists (
        lib.attrsets.mapAttrsToList (
          k: v: map (x: indent + mkKeyValue k x) (if listsAsDuplicateKeys && isList v then v else [ v ])
        ) attrs
      )
    );

  toINI =
    {
      mkSectionName ? (name: lib.strings.escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    concatStringsSep "\n" (
      lib.attrsets.mapAttrsToList (
        name: attrs:
        "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } attrs
      ) sections
    );

  # Marks a value so that `toPretty` stops at a depth; kept as the call nixpkgs has.
  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    value:
    let
      go =
        depth: v:
        if depth > depthLimit then
          if throwOnDepthLimit then
            throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
          else
            "<unevaluated>"
        else if isAttrs v && !(v ? __functor) && !(v ? _type) then
          builtins.mapAttrs (_: go (depth + 1)) v
        else if isList v then
          map (go (depth + 1)) v
        else
          v;
    in
    go 0 value;

  # A value as the Nix expression that a person would write for it.
  toPretty =
    {
      multiline ? true,
      indent ? "",
      allowPrettyValues ? false,
    }:
    let
      go =
        indent: v:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          inner = if multiline then "${indent}  " else indent;
        in
        if isInt v then
          toString v
        else if isFloat v then
          lib.strings.floatToString v
        else if isString v then
          string inner close v
        else if v == null then
          "null"
        else if v == true then
          "true"
        else if v == false then
          "false"
        else if isPath v then
          toString v
        else if isList v then
          if v == [ ] then "[ ]" else "[" + open + concatMapStringsSep open (go inner) v + close + "]"
        else if lib.trivial.isFunction v then
          "<function>"
        else if isAttrs v then
          attrs indent open close inner v
        else
          "<${builtins.typeOf v}>";

      string =
        inner: close: s:
        let
          lines = builtins.filter isString (builtins.split "\n" s);
          text = builtins.replaceStrings [ "\${" "''" ] [ "''\${" "'''" ];
        in
        if multiline && builtins.length lines > 1 then
          "''\n${inner}" + concatMapStringsSep "\n${inner}" text lines + "''"
        else
          builtins.replaceStrings [ "\${" ] [ "\\\${" ] (builtins.toJSON s);

      attrs =
        indent: open: close: inner: v:
        if allowPrettyValues && v ? __pretty && v ? val then
          v.__pretty v.val
        else if v == { } then
          "{ }"
        else if v ? type && v.type == "derivation" then
          "<derivation ${v.name or "???"}>"
        else if v ? _type && isString v._type then
          "<${v._type}>"
        else
          "{"
          + open
          + concatMapStringsSep open (
            name:
            "${escapeNixIdentifier name} = ${
              builtins.addErrorContext "while evaluating an attribute `${name}`" (go inner v.${name})
            };"
          ) (attrNames v)
          + close
          + "}";
    in
    go indent;

  # One line, cut short; `<error>` where the value cannot be computed.
  toBrief =
    v:
    let
      shown = tryEval (
        toPretty { multiline = false; } (
          withRecursion {
            depthLimit = 4;
            throwOnDepthLimit = false;
          } v
        )
      );
    in
    if !shown.success then
      "<error>"
    else if builtins.stringLength shown.value > 120 then
      builtins.substring 0 116 shown.value + " ..."
    else
      shown.value;
}
