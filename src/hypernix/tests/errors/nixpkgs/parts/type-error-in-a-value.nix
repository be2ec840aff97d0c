{ lib, ... }:
let
  size = 2;
in
{
  config = lib.mkIf true {
    units.web = {
      memory = 512;
      source = "web:" + size;
    };
  };
}
