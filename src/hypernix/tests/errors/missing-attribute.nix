let
  unit = {
    memory = "1GiB";
    cores = 2;
  };
in
unit.memroy
