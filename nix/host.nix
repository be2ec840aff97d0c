# The manifest of one file: a module, or a directory with a default.nix.
{ file }: import ./evaluate.nix { modules = [ file ]; }
