{ config, inputs, ... }:
{
  hypervisor.compute.units.web.image.source = inputs.web;
}
