# Every type of `lib.types`: what it makes of good values, and that it refuses bad ones.
{ lib }:
let
  inherit (lib) types;
  evaluated =
    type: definitions:
    builtins.tryEval (
      let
        value =
          (lib.evalModules {
            modules = [ { options.value = lib.mkOption { inherit type; }; } ] ++ map (value: { inherit value; }) definitions;
          }).config.value;
        shown = lib.generators.toPretty { multiline = false; } value;
      in
      builtins.deepSeq shown shown
    );
  samples = [
    null
    true
    0
    1
    (-1)
    65535
    65536
    256
    3.5
    ""
    "text"
    "two words"
    "some/path"
    "a\nb"
    "#a"
    [ ]
    [ 1 2 ]
    [ "a" ]
    { }
    { a = 1; }
    { a = "x"; }
    { _type = "x"; }
    { name = "a"; value = 1; }
    (x: x)
    lib.mkOptionDefault
  ];
  positive = types.addCheck types.int (n: n > 0);
  all = {
    inherit (types)
      raw
      anything
      unspecified
      bool
      boolByOr
      int
      float
      number
      str
      singleLineStr
      nonEmptyStr
      lines
      commas
      envVar
      separatedString
      path
      pathInStore
      attrs
      package
      port
      optionType
      externalPath
      fileset
      json
      toml
      luaInline
      ;
    inherit (types.ints)
      unsigned
      positive
      u8
      u16
      u32
      s8
      s16
      s32
      ;
    inherit (types.numbers) nonnegative;
    between = types.ints.between 2 300;
    betweenNumbers = types.numbers.between 0.5 4;
    strMatching = types.strMatching "[a-z]+( [a-z]+)?";
    semicolons = types.separatedString ";";
    enum = types.enum [
      "text"
      1
      null
    ];
    listOf = types.listOf types.int;
    listOfAny = types.listOf types.anything;
    nonEmptyListOf = types.nonEmptyListOf types.str;
    attrsOf = types.attrsOf types.int;
    lazyAttrsOf = types.lazyAttrsOf types.str;
    attrsWith = types.attrsWith { elemType = types.int; };
    attrListOf = types.attrListOf types.int;
    attrTag = types.attrTag {
      a = lib.mkOption { type = types.int; };
      b = lib.mkOption { type = types.str; };
    };
    passwdEntry = types.passwdEntry types.str;
    pathWith = types.pathWith { absolute = false; };
    deferredModuleWith = types.deferredModuleWith { };
    uniq = types.uniq types.int;
    unique = types.unique { message = "only one"; } types.str;
    nullOr = types.nullOr types.bool;
    functionTo = types.functionTo types.int;
    submodule = types.submodule { options.a = lib.mkOption { default = 5; }; };
    freeform = types.submodule { freeformType = types.attrsOf types.int; };
    submoduleWith = types.submoduleWith {
      modules = [ { options.name = lib.mkOption { type = types.str; default = "n"; }; freeformType = types.attrs; } ];
      shorthandOnlyDefinesConfig = true;
    };
    deferredModule = types.deferredModule;
    either = types.either types.int types.str;
    oneOf = types.oneOf [
      types.bool
      types.float
      (types.listOf types.int)
    ];
    coercedTo = types.coercedTo types.int toString types.str;
    addCheck = positive;
  };
  known = lib.filterAttrs (_: type: type ? check) (
    all // { separatedString = types.separatedString "-"; boolByOr = types.boolByOr or types.bool; }
  );
  # A function is a submodule, and these would depend on themselves.
  usable = type: if type.name == "submodule" then lib.filter (value: !lib.isFunction value) samples else samples;
in
lib.mapAttrs (_: type: {
  inherit (type) name description;
  single = map (value: evaluated type [ value ]) (usable type);
  merged = map (value: evaluated type [ value value ]) (usable type);
  mixed = evaluated type [ { a = 1; } { b = 2; } ];
  forced = evaluated type [ 1 (lib.mkForce "text") ];
  substituted = (type.substSubModules [ ]).name or null;
}) (removeAttrs known [ "package" "deferredModule" "deferredModuleWith" ])
