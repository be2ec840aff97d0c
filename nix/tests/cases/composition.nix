{
  hypervisor.composition = {
    components.nginx = {
      type = "service";
      configuration.packages.install = [ "nginx" ];
    };
    blueprints.web.components = [ { component = "nginx"; } ];
    instances.shop = {
      blueprint = "web";
      parameters.color = "blue";
    };
  };
}
