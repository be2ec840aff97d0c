# `lib.systems.elaborate` of every known platform.
{ lib }:
let
  known = lib.systems.flakeExposed ++ [
    "aarch64-linux"
    "s390x-linux"
    "x86_64-freebsd"
    "x86_64-windows"
    "wasm32-wasi"
  ];
  elaborated = lib.genAttrs known (
    system:
    let
      platform = lib.systems.elaborate system;
    in
    lib.filterAttrs (_: value: !lib.isFunction value) (
      removeAttrs platform [
        "parsed"
        "emulator"
        "emulatorAvailable"
        "rust"
        "go"
        "node"
      ]
    )
  );
in
lib.mapAttrs (_: lib.generators.toPretty { }) elaborated
// {
  examples = lib.mapAttrs (_: example: (lib.systems.elaborate example).config) lib.systems.examples;
  equal = lib.systems.equals (lib.systems.elaborate "x86_64-linux") (lib.systems.elaborate { system = "x86_64-linux"; });
  inspect = lib.mapAttrs (
    _: predicate: lib.filter (system: predicate (lib.systems.parse.mkSystemFromString system)) known
  ) lib.systems.inspect.predicates;
}
