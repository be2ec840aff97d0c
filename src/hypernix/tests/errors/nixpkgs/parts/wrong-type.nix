{ lib, ... }:
{
  units.web = {
    memory = "a lot";
    source = lib.mkDefault "web:1";
  };
}
