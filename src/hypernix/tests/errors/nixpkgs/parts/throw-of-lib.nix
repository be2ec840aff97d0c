{ lib, ... }:
{
  units.web = {
    memory = lib.toInt "many";
    source = "web:1";
  };
}
