# A tag makes the unit a container, so Docker comes too.
{
  hypervisor.enable = true;
  hypervisor.compute = {
    tags.boxed = {
      category = "lifecycle";
      values.features.isolation.type = "container";
    };
    units.web = {
      tags = [ "boxed" ];
      image.source = "docker.io/library/nginx:1.27";
    };
  };
}
