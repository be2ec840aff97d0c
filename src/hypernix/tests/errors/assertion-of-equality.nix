let
  wanted = { port = 80; hosts = [ "a" "b" ]; };
  found = { port = 80; hosts = [ "a" "c" ]; };
in
assert wanted == found; true
