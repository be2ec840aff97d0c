let
  memory = 128;
  cores = 4;
in
assert cores < 8 && memory >= 256;
{ inherit memory cores; }
