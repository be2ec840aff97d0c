# Options as a flat list for documentation.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    concatMap
    filter
    isAttrs
    isBool
    isList
    mapAttrs
    removeAttrs
    ;
  inherit (lib.attrsets) collect isDerivation optionalAttrs;
  inherit (lib.options) isOption showOption unknownModule;

  renderOptionValue =
    value:
    if value ? _type && value ? text then
      value
    else
      lib.options.literalExpression (
        lib.generators.toPretty {
          multiline = true;
          allowPrettyValues = true;
        } value
      );

  hasEmptyDefault =
    option:
    ((option.type or { }).emptyValue or { }) ? value
    && (option.type or { }).getSubModules or null == null;

  document =
    option:
    let
      name = showOption option.loc;
      visible = option.visible or true;
    in
    {
      inherit (option) loc;
      inherit name;
      description = option.description or null;
      declarations = filter (file: file != unknownModule) option.declarations;
      internal = option.internal or false;
      visible = if isBool visible then visible else visible == "shallow";
      readOnly = option.readOnly or false;
      type = option.type.description or "unspecified";
    }
    // optionalAttrs (option ? example) {
      example = addErrorContext "while evaluating the example of option `${name}'" (
        renderOptionValue option.example
      );
    }
    // optionalAttrs (option ? defaultText || option ? default || hasEmptyDefault option) {
      default = addErrorContext "while evaluating the default of option `${name}'" (
        renderOptionValue (option.defaultText or option.default or option.type.emptyValue.value)
      );
    }
    // optionalAttrs (option.relatedPackages or null != null) {
      inherit (option) relatedPackages;
    };

  optionAttrSetToDocList' =
    prefix: options:
    concatMap (
      option:
      let
        visible = option.visible or true;
        below = option.type.getSubOptions option.loc;
        showBelow = if isBool visible then visible else visible == "transparent";
      in
      [ (document option) ]
      ++ (if showBelow && below != { } then optionAttrSetToDocList' prefix below else [ ])
    ) (collect isOption options);

  scrubOptionValue =
    value:
    if isDerivation value then
      {
        type = "derivation";
        drvPath = value.name;
        outPath = value.name;
        inherit (value) name;
      }
    else if isList value then
      map scrubOptionValue value
    else if isAttrs value then
      mapAttrs (_: scrubOptionValue) (removeAttrs value [ "_args" ])
    else
      value;
in
{
  inherit optionAttrSetToDocList' renderOptionValue scrubOptionValue;
  optionAttrSetToDocList = optionAttrSetToDocList' [ ];
}
