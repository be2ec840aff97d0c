{
  hypervisor.compute.units.web.guest =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.curl ];
    };
}
