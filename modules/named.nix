# For a submodule with a `name`: the attribute name, unless it says otherwise.
{ lib }:
{ name, ... }:
{
  config.name = lib.mkOptionDefault name;
}
