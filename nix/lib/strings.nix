# Strings.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    head
    isString
    length
    match
    replaceStrings
    stringLength
    substring
    ;
  inherit (lib.trivial) max min;
in
rec {
  inherit
    concatStringsSep
    match
    replaceStrings
    stringLength
    substring
    ;
  inherit (builtins)
    compareVersions
    fromJSON
    hashString
    parseDrvName
    readFile
    split
    storeDir
    toJSON
    toString
    unsafeDiscardStringContext
    ;

  # Joining -----------------------------------------------------------------
  concatStrings = concatStringsSep "";
  concatMapStrings = f: xs: concatStrings (map f xs);
  concatImapStrings = f: xs: concatStrings (lib.lists.imap1 f xs);
  concatMapStringsSep =
    sep: f: xs:
    concatStringsSep sep (map f xs);
  concatImapStringsSep =
    sep: f: xs:
    concatStringsSep sep (lib.lists.imap1 f xs);
  concatMapAttrsStringSep =
    sep: f: set:
    concatStringsSep sep (lib.attrsets.mapAttrsToList f set);
  concatLines = concatMapStrings (s: s + "\n");
  intersperse =
    separator: xs:
    if length xs < 2 then
      xs
    else
      [ (head xs) ]
      ++ builtins.concatMap (x: [
        separator
        x
      ]) (builtins.tail xs);
  replicate = n: s: concatStrings (lib.lists.replicate n s);
  join = concatStringsSep;
  optionalString = condition: s: if condition then s else "";
  makeSearchPath =
    subDir: paths: concatStringsSep ":" (map (path: path + "/" + subDir) (filter (x: x != null) paths));
  makeBinPath = makeSearchPath "bin";

  # Asking ------------------------------------------------------------------
  hasPrefix = prefix: s: substring 0 (stringLength prefix) s == prefix;
  hasSuffix =
    suffix: s:
    let
      n = stringLength suffix;
      len = stringLength s;
    in
    len >= n && substring (len - n) n s == suffix;
  hasInfix = infix: s: length (builtins.split (escapeRegex infix) "${s}") > 1;
  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString =
    x:
    x == null
    || isStringLike x
    || builtins.elem (builtins.typeOf x) [
      "int"
      "float"
      "bool"
    ]
    || (builtins.isList x && builtins.all isConvertibleWithToString x);
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  replaceString = from: to: replaceStrings [ from ] [ to ];
  versionOlder = a: b: compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;

  # Cutting -----------------------------------------------------------------
  stringToCharacters = s: genList (n: substring n 1 s) (stringLength s);
  stringAsChars = f: s: concatStrings (map f (stringToCharacters s));
  splitString =
    sep: s:
    map builtins.unsafeDiscardStringContext (
      filter isString (builtins.split (escapeRegex (toString sep)) (toString s))
    );
  removePrefix =
    prefix: s: if hasPrefix prefix s then substring (stringLength prefix) (stringLength s) s else s;
  removeSuffix =
    suffix: s: if hasSuffix suffix s then substring 0 (stringLength s - stringLength suffix) s else s;
  trim = trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    s:
    let
      blank = "[ \t\r\n]*";
      left = if start then blank else "";
      body = if end then "(.*[^ \t\r\n])${blank}" else "(.*)";
      found = match (left + body) s;
    in
    if found == null then "" else head found;
  fileContents = file: removeSuffix "\n" (builtins.readFile file);
  commonPrefixLength =
    a: b:
    let
      end = min (stringLength a) (stringLength b);
      go = n: if n < end && substring n 1 a == substring n 1 b then go (n + 1) else n;
    in
    go 0;

  # Escaping ----------------------------------------------------------------
  escape = chars: replaceStrings chars (map (c: "\\${c}") chars);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg =
    arg:
    let
      s = toString arg;
    in
    if match "[[:alnum:],._+:@%/-]+" s == null then "'${replaceStrings [ "'" ] [ "'\\''" ] s}'" else s;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  toShellVar =
    name: value:
    if builtins.isAttrs value && !isStringLike value then
      "declare -A ${name}=(${
        concatStringsSep " " (
          lib.attrsets.mapAttrsToList (n: v: "[${escapeShellArg n}]=${escapeShellArg v}") value
        )
      })"
    else if builtins.isList value then
      "declare -a ${name}=(${escapeShellArgs value})"
    else
      "${name}=${escapeShellArg value}";
  toShellVars = vars: concatStringsSep "\n" (lib.attrsets.mapAttrsToList toShellVar vars);
  escapeNixString = s: escape [ "$" ] (builtins.toJSON s);
  escapeNixIdentifier =
    s:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null && !builtins.elem s nixKeywords then
      s
    else
      escapeNixString s;
  nixKeywords = [
    "assert"
    "else"
    "if"
    "in"
    "inherit"
    "let"
    "or"
    "rec"
    "then"
    "with"
  ];
  escapeXML =
    replaceStrings
      [
        "\""
        "'"
        "<"
        ">"
        "&"
      ]
      [
        "&quot;"
        "&apos;"
        "&lt;"
        "&gt;"
        "&amp;"
      ];

  # Converting --------------------------------------------------------------
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toSentenceCase =
    s: if s == "" then "" else toUpper (substring 0 1 s) + toLower (substring 1 (stringLength s) s);
  toInt =
    s:
    let
      digits = match "[[:space:]]*(-?(0|[1-9][[:digit:]]*))[[:space:]]*" s;
    in
    if digits == null then
      throw "toInt: Could not convert ${escapeNixString s} to int."
    else
      builtins.fromJSON (head digits);
  toIntBase10 =
    s:
    let
      digits = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" s;
    in
    if digits == null then
      throw "toIntBase10: Could not convert ${escapeNixString s} to int."
    else
      builtins.fromJSON (head digits);
  fixedWidthString =
    width: filler: s:
    let
      len = stringLength s;
    in
    assert lib.trivial.assertMsg (len <= width)
      "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString len})";
    if len == width then s else filler + fixedWidthString (width - stringLength filler) filler s;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  floatToString = builtins.toJSON;

  # Edit distance, row by row (Wagner and Fischer, 1974).
  levenshtein =
    a: b:
    let
      as = stringToCharacters a;
      bs = stringToCharacters b;
      nextRow =
        above: c:
        foldl' (
          row: column:
          let
            n = length row;
          in
          row
          ++ [
            (min (min (elemAt above n + 1) (elemAt row (n - 1) + 1)) (
              elemAt above (n - 1) + (if column == c then 0 else 1)
            ))
          ]
        ) [ (head above + 1) ] bs;
    in
    lib.lists.last (foldl' nextRow (genList (n: n) (length bs + 1)) as);
  levenshteinAtMost =
    k: a: b:
    max (stringLength a - stringLength b) (stringLength b - stringLength a) <= k
    && levenshtein a b <= k;
}
