# The module system: many partial configurations made into one, with types,
# priorities and defaults.
#
#   load         what a person writes → modules in normal form, imports followed
#   declare      their `options` → a shape, computed once for a submodule type
#   properties   definitions → those that count (mkIf, mkForce, mkOrder …)
#   instantiate  shape + definitions → config, options, what matches no option
#   evaluate     the whole, for a configuration and for submodule values
#
# It differs from nixpkgs' in speed and in its messages, not in its results.
{ lib }:
let
  rename = import ./modules/rename.nix { inherit lib; };
  parts =
    import ./modules/properties.nix { inherit lib; }
    // import ./modules/load.nix { inherit lib; }
    // import ./modules/declare.nix { inherit lib; }
    // import ./modules/instantiate.nix { inherit lib; }
    // import ./modules/evaluate.nix { inherit lib; }
    // rename;
in
parts
// {
  messages = import ./modules/messages.nix { inherit lib; };
  importJSON = file: {
    _file = file;
    config = lib.trivial.importJSON file;
  };
  importTOML = file: {
    _file = file;
    config = lib.trivial.importTOML file;
  };
}
