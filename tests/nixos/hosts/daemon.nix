# Everything about the daemon and the switch that can be said, and groups that
# nothing acts upon yet.
{
  hypervisor = {
    enable = true;
    daemon = {
      settings = {
        listen = [
          "127.0.0.1:9080"
          "192.0.2.10:9443"
        ];
        resync = "1h";
        verbose = true;
      };
      credentials.token = "/run/secrets/hypernix-token";
      openFirewall = true;
      readWritePaths = [ "/srv/exports" ];
      shutdownTimeout = "10min";
    };
    activation = {
      check = false;
      confirmWithin = "5m";
      timeout = "2h";
    };
    mesh.enable = true;
  };
}
