let
  counter = 1;
in
counter + conter
