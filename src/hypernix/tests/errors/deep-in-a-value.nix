{
  units.web.ports = map (port: port + 1) [ 80 "443" ];
}
