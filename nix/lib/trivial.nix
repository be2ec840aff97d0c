# Functions, numbers, comparisons, warnings.
{ lib }:
rec {
  inherit (builtins)
    add
    addErrorContext
    bitAnd
    bitOr
    bitXor
    ceil
    deepSeq
    div
    floor
    fromTOML
    genericClosure
    isAttrs
    isBool
    isFloat
    isInt
    isPath
    isString
    lessThan
    mul
    pathExists
    readDir
    readFile
    seq
    sub
    toJSON
    toString
    toXML
    trace
    tryEval
    typeOf
    unsafeGetAttrPos
    ;

  # What nixpkgs modules look at to know how old the library is.
  release = "25.05";
  version = "${release}-bundled";
  oldestSupportedReleaseIsAtLeast = wanted: wanted <= 2505;
  inNixShell = false;

  id = x: x;
  const = x: _: x;
  flip =
    f: a: b:
    f b a;
  pipe = builtins.foldl' (x: f: f x);
  concat = a: b: a ++ b;
  mergeAttrs = a: b: a // b;
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: (!a) != (!b);
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";
  mapNullable = f: x: if x == null then null else f x;
  defaultTo = default: x: if x == null then default else x;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = a: b: a - b * (a / b);
  compare =
    a: b:
    if a < b then
      -1
    else if a > b then
      1
    else
      0;
  splitByAndCompare =
    isFirst: compareFirst: compareRest: a: b:
    if isFirst a then
      if isFirst b then compareFirst a b else -1
    else if isFirst b then
      1
    else
      compareRest a b;

  isFunction = f: builtins.isFunction f || (f ? __functor && isFunction (f.__functor f));
  functionArgs =
    f:
    if f ? __functor then
      f.__functionArgs or (functionArgs (f.__functor f))
    else
      builtins.functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  toFunction = v: if isFunction v then v else _: v;
  mirrorFunctionArgs = f: g: setFunctionArgs g (functionArgs f);

  fix =
    f:
    let
      x = f x;
    in
    x;
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      applied = f final prev;
    in
    applied // g final (prev // applied);
  composeManyExtensions = builtins.foldl' composeExtensions (_: _: { });
  makeExtensible =
    f:
    fix f
    // {
      extend = overlay: makeExtensible (extends overlay f);
    };

  warn = message: builtins.trace "warning: ${message}";
  info = message: builtins.trace "INFO: ${message}";
  warnIf = condition: message: if condition then warn message else id;
  warnIfNot = condition: warnIf (!condition);
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: throwIf (!condition);
  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: allowed:
    assertMsg (builtins.elem value allowed) "${name} must be one of ${
      lib.generators.toPretty { } allowed
    }, but is: ${lib.generators.toPretty { } value}";

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  traceVal = x: builtins.trace x x;
  traceValFn = f: x: builtins.trace (f x) x;
  traceSeq = x: y: builtins.trace (builtins.deepSeq x x) y;
  traceValSeq = x: traceSeq x x;

  # Digits of a natural number, most significant first.
  toBaseDigits =
    base: n:
    let
      go = n: if n < base then [ n ] else go (n / base) ++ [ (mod n base) ];
    in
    assert base >= 2 && n >= 0;
    go n;
  toHexString =
    n:
    builtins.concatStringsSep "" (
      map (d: builtins.substring d 1 "0123456789ABCDEF") (toBaseDigits 16 n)
    );
}
