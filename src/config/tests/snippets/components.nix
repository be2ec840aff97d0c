{
# Define reusable components
hypervisor.composition.components = {
  nginx-base = {
    type = "service";
    configuration.packages.install = [ "nginx" ];
    configuration.ports = [{ internal = 80; }];
  };
  
  security-hardened = {
    type = "security";
    configuration.files."/etc/security.conf" = {
      content = "...";
    };
  };
};
}
