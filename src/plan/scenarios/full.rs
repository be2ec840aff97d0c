//! Specifications with every field set, written out: a field that the model gains makes this fail to compile, and
//! then wants a row in the tables.

use std::collections::BTreeMap;

use model::{
    Bytes, Kind, Span, Spec,
    spec::{
        Boot, Console, ContainerHealth, ContainerImageSource, ContainerImageSpec, ContainerSpec, Cpu, CpuTune,
        DhcpHost, DhcpRange, Disk, DiskBus, DiskKind, DiskSource, DiskTune, DockerNetworkSpec, DockerSubnet,
        DockerVolumeSpec, DomainMemory, DomainSpec, DomainType, Endpoint, FileSpec, Filesystem, FilesystemDriver,
        Firmware, ForwardMode, Graphics, HostDevice, HostDeviceKind, ImageOrigin, ImageSpec, Interface,
        InterfaceSource, Ipv4, Limits, LogConfig, Mount, MountKind, NetworkSpec, PoolKind, PoolSpec, PortBinding,
        PullPolicy, RestartPolicy, SeedSpec, Ulimit, Vcpus, VolumeContents, VolumeFormat, VolumeSpec,
    },
};

/// A specification of the kind in which everything is set.
pub(crate) fn full(kind: Kind) -> Spec {
    match kind {
        Kind::Network => Spec::Network(network()),
        Kind::DockerNetwork => Spec::DockerNetwork(docker_network()),
        Kind::Pool => Spec::Pool(pool()),
        Kind::Image => Spec::Image(image()),
        Kind::Volume => Spec::Volume(volume()),
        Kind::DockerVolume => Spec::DockerVolume(docker_volume()),
        Kind::Seed => Spec::Seed(seed()),
        Kind::File => Spec::File(file()),
        Kind::ContainerImage => Spec::ContainerImage(container_image()),
        Kind::Domain => Spec::Domain(domain()),
        Kind::Container => Spec::Container(container()),
    }
}

fn domain() -> DomainSpec {
    DomainSpec {
        uuid: Some(uuid::Uuid::from_u128(1)),
        title: Some("title".into()),
        description: Some("description".into()),
        labels: map([("team", "shop".to_owned())]),
        domain_type: Some(DomainType::Kvm),
        arch: Some("x86_64".into()),
        machine: Some("q35".into()),
        emulator: Some("/nix/store/a-qemu/bin/qemu-system-x86_64".into()),
        firmware: Some(Firmware::Uefi),
        boot: Boot {
            kernel: Some("/boot/vmlinuz".into()),
            initrd: Some("/boot/initrd".into()),
            cmdline: Some("quiet".into()),
            order: vec!["root".into()],
        },
        vcpus: Vcpus { current: Some(2), maximum: Some(4) },
        cpu: Cpu {
            mode: Some("custom".into()),
            model: Some("EPYC".into()),
            features: map([("svm", "require".to_owned())]),
            sockets: Some(1),
            cores: Some(4),
            threads: Some(1),
        },
        cpu_tune: CpuTune {
            shares: Some(1024),
            quota_us: Some(50_000),
            period_us: Some(100_000),
            pins: map([("0", "0-1".to_owned())]),
        },
        memory: DomainMemory {
            current: Some(Bytes::gib(2)),
            maximum: Some(Bytes::gib(4)),
            hugepages: Some(Bytes::mib(2)),
            shared: Some(true),
        },
        disks: map([("root", disk())]),
        interfaces: map([("lan", interface())]),
        filesystems: map([("src", filesystem())]),
        host_devices: map([("gpu", host_device())]),
        console: Console { log: Some("/var/log/web.log".into()) },
        graphics: Some(Graphics { kind: Some("vnc".into()), listen: Some("127.0.0.1".into()) }),
        guest_agent: Some(true),
        rng: Some(true),
        tpm: Some(true),
        hotplug_slots: Some(8),
        autostart: Some(true),
    }
}

fn disk() -> Disk {
    Disk {
        device: Some(DiskKind::Disk),
        source: Some(DiskSource::Volume("default/root".into())),
        format: Some("qcow2".into()),
        bus: Some(DiskBus::Virtio),
        cache: Some("none".into()),
        discard: Some("unmap".into()),
        serial: Some("S1".into()),
        read_only: Some(false),
        capacity: Some(Bytes::gib(10)),
        tune: DiskTune { iops: Some(1000), throughput: Some(Bytes::mib(100)) },
    }
}

fn interface() -> Interface {
    Interface {
        source: Some(InterfaceSource::Network("lan".into())),
        mac: Some("52:54:00:00:00:01".into()),
        model: Some("virtio".into()),
        link_up: Some(true),
        bandwidth: Some(Bytes::mib(10)),
        mtu: Some(1500),
    }
}

fn filesystem() -> Filesystem {
    Filesystem {
        driver: Some(FilesystemDriver::Virtiofs),
        source: Some("/srv/src".into()),
        target: Some("src".into()),
        read_only: Some(true),
    }
}

fn host_device() -> HostDevice {
    HostDevice { device: Some(HostDeviceKind::Pci), address: Some("0000:01:00.0".into()) }
}

fn container() -> ContainerSpec {
    ContainerSpec {
        image: "proxy:1".into(),
        image_id: Some("sha256:aa".into()),
        command: vec!["serve".into()],
        entrypoint: Some(vec!["/init".into()]),
        env: map([("MODE", "slow".to_owned())]),
        workdir: Some("/srv".into()),
        user: Some("1000".into()),
        hostname: Some("proxy".into()),
        labels: map([("team", "shop".to_owned())]),
        mounts: map([("/data", Mount { kind: MountKind::Volume, source: "data".into(), read_only: false })]),
        ports: map([("80/tcp", vec![PortBinding { address: "0.0.0.0".into(), port: Some(8080) }])]),
        network_mode: Some("front".into()),
        networks: map([("front", Endpoint { aliases: vec!["proxy".into()], ipv4: Some("10.5.0.2".into()) })]),
        restart: Some(RestartPolicy { name: "always".into(), max_retries: 0 }),
        limits: Limits {
            memory: Some(Bytes::mib(256)),
            memory_swap: Some(Bytes::mib(512)),
            memory_reservation: Some(Bytes::mib(128)),
            nano_cpus: Some(1_000_000_000),
            cpu_shares: Some(512),
            cpuset: Some("0-1".into()),
            pids: Some(100),
        },
        health: Some(ContainerHealth {
            test: vec!["CMD".into(), "true".into()],
            interval: Some(Span::seconds(10)),
            timeout: Some(Span::seconds(1)),
            retries: Some(3),
            start_period: Some(Span::seconds(5)),
        }),
        runtime: Some("runc".into()),
        cap_add: vec!["NET_ADMIN".into()],
        cap_drop: vec!["MKNOD".into()],
        security_opt: vec!["no-new-privileges".into()],
        devices: vec!["/dev/fuse".into()],
        dns: vec!["9.9.9.9".into()],
        extra_hosts: vec!["db:10.0.0.1".into()],
        privileged: Some(false),
        read_only_root: Some(true),
        init: Some(true),
        ulimits: map([("nofile", Ulimit { soft: 1024, hard: 4096 })]),
        log: Some(LogConfig { driver: "json-file".into(), options: map([("max-size", "10m".to_owned())]) }),
        stop_signal: Some("SIGTERM".into()),
        gpus: Some(1),
    }
}

fn network() -> NetworkSpec {
    NetworkSpec {
        uuid: Some(uuid::Uuid::from_u128(2)),
        forward: Some(ForwardMode::Nat),
        bridge: Some("virbr7".into()),
        mtu: Some(1500),
        domain: Some("lan.local".into()),
        ipv4: Some(Ipv4 {
            address: Some("192.168.150.1".into()),
            prefix: Some(24),
            dhcp_range: Some(DhcpRange { start: "192.168.150.10".into(), end: "192.168.150.99".into() }),
            dhcp_hosts: map([("web", DhcpHost { mac: "52:54:00:00:00:01".into(), address: "192.168.150.5".into() })]),
        }),
        dns_hosts: map([("192.168.150.1", vec!["gateway".to_owned()])]),
        autostart: Some(true),
    }
}

fn docker_network() -> DockerNetworkSpec {
    DockerNetworkSpec {
        driver: Some("bridge".into()),
        subnet: Some(DockerSubnet { cidr: Some("10.5.0.0/24".into()), gateway: Some("10.5.0.1".into()) }),
        internal: Some(false),
        options: map([("mtu", "1400".to_owned())]),
        labels: map([("team", "shop".to_owned())]),
    }
}

fn pool() -> PoolSpec {
    PoolSpec {
        uuid: Some(uuid::Uuid::from_u128(3)),
        kind: Some(PoolKind::Netfs),
        path: Some("/pools/default".into()),
        source_name: Some("vg".into()),
        source_host: Some("nas".into()),
        source_dir: Some("/export".into()),
        autostart: Some(true),
    }
}

fn image() -> ImageSpec {
    ImageSpec {
        path: "/images/debian.qcow2".into(),
        origin: Some(ImageOrigin::File("/iso/debian.qcow2".into())),
        sha256: Some("aa".repeat(32)),
    }
}

fn volume() -> VolumeSpec {
    VolumeSpec {
        pool: "default".into(),
        name: "root".into(),
        capacity: Some(Bytes::gib(10)),
        format: Some(VolumeFormat::Qcow2),
        backing: Some("/images/debian.qcow2".into()),
        contents: Some(VolumeContents::Overlay { format: VolumeFormat::Qcow2 }),
    }
}

fn docker_volume() -> DockerVolumeSpec {
    DockerVolumeSpec {
        driver: Some("local".into()),
        options: map([("type", "tmpfs".to_owned())]),
        labels: map([("team", "shop".to_owned())]),
    }
}

fn seed() -> SeedSpec {
    SeedSpec {
        path: "/seeds/web-1.iso".into(),
        user_data: "#cloud-config\n".into(),
        meta_data: "instance-id: web\n".into(),
        network_config: Some("version: 2\n".into()),
    }
}

fn file() -> FileSpec {
    FileSpec {
        path: "/files/proxy.conf".into(),
        content: "listen 80\n".into(),
        mode: "0644".into(),
        owner: "root".into(),
        group: "root".into(),
    }
}

fn container_image() -> ContainerImageSpec {
    ContainerImageSpec {
        reference: "proxy:1".into(),
        source: Some(ContainerImageSource::Pull(PullPolicy::Missing)),
        archive_sha256: Some("aa".repeat(32)),
        id: Some("sha256:aa".into()),
    }
}

fn map<T, const N: usize>(pairs: [(&str, T); N]) -> BTreeMap<String, T> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
