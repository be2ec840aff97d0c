# `lib.generators`, `lib.strings` and their kin.
{ lib }:
let
  value = {
    string = "a\"b\\c\n";
    int = 1;
    float = 1.5;
    bool = true;
    list = [
      1
      "two"
      { three = 3; }
    ];
    set.inner.deep = null;
    empty = { };
    path = /a/b;
    function = x: x;
    formals =
      {
        a,
        b ? 1,
      }:
      a;
  };
  plain = removeAttrs value [
    "function"
    "formals"
    "path"
  ];
  sections = {
    global.a = 1;
    "section one" = {
      b = "x";
      c = false;
      list = [
        1
        2
      ];
    };
  };
in
{
  pretty = lib.generators.toPretty { } value;
  prettyLine = lib.generators.toPretty { multiline = false; } value;
  limited = lib.generators.toPretty { } (
    lib.generators.withRecursion {
      depthLimit = 2;
      throwOnDepthLimit = false;
    } plain
  );
  ini = lib.generators.toINI { listsAsDuplicateKeys = true; } sections;
  iniGlobal = lib.generators.toINIWithGlobalSection { } {
    globalSection.a = 1;
    sections.b.c = "d";
  };
  gitIni = lib.generators.toGitINI {
    user.name = "a";
    url."https://x".insteadOf = "y";
    list.of = [
      "a"
      "b"
    ];
  };
  keyValue = lib.generators.toKeyValue { } sections.global;
  lua = lib.generators.toLua { } plain;
  dhall = lib.generators.toDhallFormatted or null;
  json = lib.generators.toJSON { } plain;
  yaml = lib.generators.toYAML { } plain;
  plist = lib.generators.toPlist { escape = true; } plain;
  gvariant = toString (lib.gvariant.mkArray [ (lib.gvariant.mkInt32 1) ]);
  shell = lib.escapeShellArgs [
    "a b"
    "c'd"
    1
  ];
  shellVars = lib.toShellVars {
    a = "x y";
    b = [
      1
      "2"
    ];
  };
  nixString = lib.strings.escapeNixString "a\${b}\"";
  cli = lib.cli.toCommandLineShellGNU { } {
    v = true;
    name = "x y";
    list = [
      1
      2
    ];
  };
  versions = map lib.versions.majorMinor [
    "1.2.3"
    "4.5"
  ];
  strings = {
    words = lib.splitString "/" "a/b//c";
    trimmed = lib.trim "  x y\n";
    fixed = lib.fixedWidthNumber 5 42;
    float = lib.strings.floatToString 0.1;
    upper = lib.toUpper "äbc";
    camel = lib.toCamelCase "a-b_c d";
    infix = lib.hasInfix "b.c" "ab.cd";
    number = map lib.toIntBase10 [
      "007"
      " 12 "
    ];
    escaped = lib.escapeRegex "a.b*c[d]";
    url = lib.escapeURL "a b/ä";
    xml = lib.escapeXML "<a & 'b'>";
    sanitized = lib.strings.sanitizeDerivationName "a b/..c";
    base64 = lib.strings.toInt "12";
  };
}
