# Written by `hypernix import` from /srv/shop/compose.yaml.
# `docker compose -p shop down` first, without -v: volumes and networks are then taken over.
# A unit without limits has one processor and 1Gi of memory.
# $MISSING is not set: it was taken as empty.
# Left out: secrets: {"api_key":{"file":"./api_key.txt"}}.
{
  # web: depends_on.api.restart: true
  # web: deploy.replicas: 2: declare as many units, with lib.genAttrs
  hypervisor.compute.units.shop-front = {
    features.isolation.type = "container";
    image.source = "nginx:1.27";
    labels.tier = "front";
    dependsOn = [ "api" "db" ];
    resources = {
      compute.units = 50;
      memory.size = "256Mi";
    };
    network = [
      {
        name = "front";
        network = "shop_front";
        address = "172.28.0.10";
        aliases = [ "web" "www" ];
      }
      { name = "back"; network = "shop_back"; aliases = [ "web" ]; }
    ];
    container = {
      memoryReservation = "64Mi";
      pidsLimit = 100;
      logDriver = "journald";
      logOptions.tag = "shop";
      ports = [ "8080:80" "127.0.0.1:8443:443" "127.0.0.1:8444:444" "5353:53/udp" ];
      volumes = [ "/srv/shop/site:/usr/share/nginx/html:ro" ];
      tmpfs = [ "/var/cache/nginx" ];
    };
    lifecycle.healthCheck = {
      interval = "30s";
      timeout = "5s";
      startPeriod = "10s";
      retries = 3;
      type = "script";
      config.script = "curl -fsS 'http://localhost/a page'";
    };
  };

  # api: build: images are not built here: have it built, and named by `image` or loaded from an archive
  # api: env_file: api.env is not read, as it may hold secrets: name in container.env what may be read by all
  # api: secrets: ["api_key"]
  hypervisor.compute.units.api = {
    features.isolation.type = "container";
    image.source = "shop-api";
    network = [
      { name = "back"; network = "shop_back"; }
    ];
    container = {
      ulimits = {
        nproc = {
          soft = 512;
          hard = 512;
        };
        nofile = {
          soft = 1024;
          hard = 4096;
        };
      };
      restartPolicy = "on-failure";
      maxRetries = 5;
      command = [ "serve" "--title" "two words" "--price" "$5" ];
      env = {
        DATABASE_URL = "postgres://db/shop";
        DEBUG = "false";
        WORKERS = "4";
      };
      readOnlyRoot = true;
      capDrop = [ "ALL" ];
    };
    lifecycle.healthCheck = {
      type = "script";
      config.script = "curl -f http://localhost:9000/ || exit 1";
    };
    shutdown.timeout = "1m30s";
  };

  # db: volumes: /scratch has no name, so its data would be lost: give it one
  # db: environment: POSTGRES_PASSWORD has no value of its own
  # db: shm_size: 256m
  hypervisor.compute.units.db = {
    features.isolation.type = "container";
    image.source = "postgres:17";
    resources = {
      compute.units = 200;
      memory.size = "1Gi";
    };
    network = [
      { name = "back"; network = "shop_back"; }
    ];
    container = {
      restartPolicy = "no";
      env.POSTGRES_DB = "shop";
      volumes = [ "shop_data:/var/lib/postgresql/data" "/etc/localtime:/etc/localtime:ro" ];
    };
  };

  hypervisor.compute.units.backup = {
    features.isolation.type = "container";
    image.source = "alpine:3";
    container = {
      restartPolicy = "no";
      networkMode = "container:shop-front";
      command = [ "sleep infinity" ];
      entrypoint = [ "/bin/sh" "-c" ];
    };
  };

  hypervisor.compute.units.idle = {
    features.isolation.type = "container";
    image.source = "busybox:1";
    labels.note = "";
    network = [
      { name = "default"; network = "shop_default"; }
    ];
    container.restartPolicy = "no";
  };

  hypervisor.networks.shop_back = {
    backend = "docker";
    internal = true;
    adopt = true;
  };

  hypervisor.networks.shop_default = {
    backend = "docker";
    adopt = true;
  };

  hypervisor.networks.shop_front = {
    backend = "docker";
    subnet = "172.28.0.0/16";
    gateway = "172.28.0.1";
    adopt = true;
  };

  hypervisor.storage.volumes.shop_data = {
    backend = "docker";
    labels.kept = "yes";
    adopt = true;
  };

  # shared: it is made elsewhere, so it is protected from removal
  hypervisor.storage.volumes.team-files = {
    backend = "docker";
    adopt = true;
    protect = true;
  };
}
