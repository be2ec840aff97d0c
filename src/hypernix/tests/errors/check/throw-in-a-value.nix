let
  size = name: throw "no size is known for ${name}";
in
{
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = "web:1";
    resources.memory.size = size "web";
  };
}
