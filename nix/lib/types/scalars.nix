# Booleans, numbers, strings.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    isBool
    isFloat
    isInt
    isString
    match
    toJSON
    ;
  inherit (lib.options) getValues mergeEqualOption;
  inherit (lib.strings) hasInfix;
  inherit (lib.types)
    addCheck
    defaultFunctor
    either
    float
    int
    ints
    mkOptionType
    number
    separatedString
    str
    strMatching
    ;

  scalar =
    name: description: check:
    mkOptionType {
      inherit name description check;
      descriptionClass = "noun";
      merge = mergeEqualOption;
      atomic = true;
    };

  restricted =
    type: check: name: description:
    addCheck type check // { inherit name description; };
  meaning =
    type: check: name: description:
    restricted type check name description // { descriptionClass = "nonRestrictiveClause"; };
in
{
  bool = scalar "bool" "boolean" isBool // {
    hint =
      v:
      if v == "true" || v == "false" then
        " Write ${v} without quotes."
      else
        " It needs `true' or `false', not ${lib.generators.toBrief v}.";
  };
  int = scalar "int" "signed integer" isInt;
  float = scalar "float" "floating point number" isFloat // {
    hint = v: if isInt v then " Write ${toString v}.0." else "";
  };
  str = scalar "str" "string" isString // {
    hint = v: if isInt v || isFloat v then " Write \"${toString v}\" in quotes." else "";
  };
  nonEmptyStr = scalar "nonEmptyStr" "non-empty string" (v: isString v && match "[ \t\n]*" v == null);

  number = either int float;
  boolByOr = mkOptionType {
    name = "boolByOr";
    description = "boolean (merged using or)";
    descriptionClass = "noun";
    check = isBool;
    merge = _: defs: builtins.any (def: def.value) defs;
  };

  ints =
    let
      bounds = low: high: "${toString low} and ${toString high} (both inclusive)";
      within =
        low: high: name: description:
        restricted int (v: v >= low && v <= high) name description;
      between =
        low: high:
        assert lib.trivial.assertMsg (low <= high) "ints.between: lowest must be smaller than highest";
        within low high "intBetween" "integer between ${bounds low high}";
      sized =
        low: high: name: description:
        within low high name "${description}; between ${bounds low high}";
      unsigned =
        bits: size:
        sized 0 (size - 1) "unsignedInt${toString bits}" "${toString bits} bit unsigned integer";
      signed =
        bits: size:
        sized (0 - size / 2) (
          size / 2 - 1
        ) "signedInt${toString bits}" "${toString bits} bit signed integer";
    in
    {
      inherit between;
      unsigned = meaning int (v: v >= 0) "unsignedInt" "unsigned integer, meaning >=0";
      positive = meaning int (v: v > 0) "positiveInt" "positive integer, meaning >0";
      u8 = unsigned 8 256;
      u16 = unsigned 16 65536;
      u32 = unsigned 32 4294967296;
      s8 = signed 8 256;
      s16 = signed 16 65536;
      s32 = signed 32 4294967296;
    };
  port = ints.u16;

  numbers = {
    between =
      low: high:
      assert lib.trivial.assertMsg (low <= high) "numbers.between: lowest must be smaller than highest";
      restricted number (v: v >= low && v <= high) "numberBetween"
        "integer or floating point number between ${toJSON low} and ${toJSON high} (both inclusive)";
    nonnegative = meaning number (
      v: v >= 0
    ) "numberNonnegative" "nonnegative integer or floating point number, meaning >=0";
    positive = meaning number (
      v: v > 0
    ) "numberPositive" "positive integer or floating point number, meaning >0";
  };

  strMatching =
    pattern:
    mkOptionType {
      name = "strMatching ${lib.strings.escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      descriptionClass = "noun";
      check = v: isString v && match pattern v != null;
      merge = mergeEqualOption;
      atomic = true;
      functor = defaultFunctor "strMatching" // {
        type = payload: strMatching payload.pattern;
        payload = { inherit pattern; };
        binOp = a: b: if a == b then a else null;
      };
    };

  # One newline at the end is taken off.
  singleLineStr =
    let
      line = strMatching "[^\n\r]*\n?";
    in
    mkOptionType {
      name = "singleLineStr";
      description = "(optionally newline-terminated) single-line string";
      descriptionClass = "noun";
      inherit (line) check;
      merge = loc: defs: lib.strings.removeSuffix "\n" (line.merge loc defs);
    };

  separatedString =
    separator:
    mkOptionType {
      name = "separatedString";
      description = "strings concatenated with ${toJSON separator}";
      descriptionClass = "noun";
      check = isString;
      merge = _: defs: concatStringsSep separator (getValues defs);
      atomic = true;
      functor = defaultFunctor "separatedString" // {
        type = payload: separatedString payload.sep;
        payload.sep = separator;
        binOp = a: b: if a.sep == b.sep then a else null;
      };
    };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";

  passwdEntry =
    type:
    meaning type (v: !(hasInfix ":" v || hasInfix "\n" v)) "passwdEntry ${type.name}"
      "${
        lib.types.optionDescriptionPhrase (class: class == "noun") type
      }, not containing newlines or colons";
}
