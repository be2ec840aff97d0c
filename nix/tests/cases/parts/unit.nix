{ name, ... }:
{
  labels.name = name;
}
