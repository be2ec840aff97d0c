# A tag we ship can be changed in part, and new ones stand beside it.
{
  hypervisor.compute.tags = {
    production.priority = 99;
    mine = {
      category = "security";
      values.protect = true;
    };
  };
}
