//! The real `hypernix apply` is killed at the boundaries of its journal, and in between, over real libvirt and Docker;
//! the next run brings everything to what is declared, and nothing is orphaned or there twice.
//!
//! Two declarations take turns, each killed on its way and then applied to its end: a domain is restarted with another
//! size and its disk comes and goes, another one is made and removed, a container is replaced. `HYPERNIX_CRASH_KILLS=100`
//! goes through every boundary, again and again until it has killed so often; unless it is set, every fifth is taken.

use crate::site::Site;

/// How often is killed, unless the environment says otherwise, and which boundaries are taken then.
const KILLS: usize = 8;
const EVERY: usize = 5;
/// Every third kill comes in the middle of what follows its boundary: so many milliseconds later, and more each time.
const LATER_MS: usize = 35;

const GUEST: &str = r#"boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    shutdown.timeout = "0s"; deletionPolicy = "delete"; update.onChange = "restart-if-needed";"#;

/// The turn: what differs between the two declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    One,
    Other,
}

impl Turn {
    const fn next(self) -> Self {
        match self {
            Self::One => Self::Other,
            Self::Other => Self::One,
        }
    }

    fn declaration(self) -> String {
        let (memory, label, own) = match self {
            Self::One => ("96Mi", "one", ""),
            Self::Other => ("112Mi", "other", r#"storage = [ { name = "data"; size = "8Mi"; pool = "@-pool"; } ];"#),
        };
        let second = match self {
            Self::One => "@-b",
            Self::Other => "@-d",
        };
        format!(
            r#"{{
  hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool";
  hypervisor.networks."@-net" = {{ mode = "isolated"; bridge = "hvcrash0"; }};
  hypervisor.compute.units."@-a" = {{
    resources.memory.size = "{memory}"; network = [ {{ name = "lan"; capability = "@-net"; }} ];
    {own} {GUEST}
  }};
  hypervisor.compute.units."{second}" = {{ state = "stopped"; resources.memory.size = "96Mi"; {GUEST} }};
  hypervisor.compute.units."@-c" = {{
    features.isolation.type = "container"; image.rootfs = "TINY/rootfs.tar"; shutdown.timeout = "0s";
    container.command = [ "/bin/sleep" "1000000" ]; labels.turn = "{label}";
  }};
}}"#
        )
    }

    /// What virsh and docker show when it is applied: nothing more, nothing less.
    const fn expected(self) -> [&'static str; 5] {
        match self {
            Self::One => [
                "domains @-a running, @-b shut off",
                "networks @-net active",
                "pools @-pool active",
                "volumes ",
                "containers @-c one Up",
            ],
            Self::Other => [
                "domains @-a running, @-d shut off",
                "networks @-net active",
                "pools @-pool active",
                "volumes @-a-data",
                "containers @-c other Up",
            ],
        }
    }
}

/// What virsh and docker show of the site.
fn shown(site: &Site) -> Vec<String> {
    let prefix = site.fill("@-");
    let ours = |text: &str, words: &[usize]| {
        let lines = text.lines().filter_map(|line| {
            let line: Vec<&str> = line.split_whitespace().collect();
            line.iter().any(|word| word.starts_with(&prefix)).then(|| pick(&line, words))
        });
        let mut lines: Vec<String> = lines.map(|line| line.replace(&prefix, "@-")).collect();
        lines.sort();
        lines.join(", ")
    };
    let domains = site.virsh(&["list", "--all"]).succeeded().stdout;
    let networks = site.virsh(&["net-list", "--all"]).succeeded().stdout;
    let pools = site.virsh(&["pool-list", "--all"]).succeeded().stdout;
    let volumes = site.virsh(&["vol-list", "@-pool"]).succeeded().stdout;
    let containers =
        site.docker(&["ps", "-a", "--format", "{{.Names}} {{.Label \"turn\"}} {{.Status}}"]).succeeded().stdout;
    vec![
        format!("domains {}", ours(&domains, &[1, 2, 3])),
        format!("networks {}", ours(&networks, &[0, 1])),
        format!("pools {}", ours(&pools, &[0, 1])),
        format!("volumes {}", ours(&volumes, &[0])),
        format!("containers {}", ours(&containers, &[0, 1, 2])),
    ]
}

fn pick(line: &[&str], words: &[usize]) -> String {
    words.iter().filter_map(|&at| line.get(at)).copied().collect::<Vec<_>>().join(" ")
}

#[test]
fn killed_at_the_boundaries_of_its_journal_the_next_run_converges() {
    let site = Site::new("crash");
    let asked: Option<usize> = std::env::var("HYPERNIX_CRASH_KILLS").ok().and_then(|text| text.parse().ok());
    let (wanted, every) = asked.map_or((KILLS, EVERY), |wanted| (wanted, 1));
    let (mut kills, mut boundary, mut turn) = (0, 1, Turn::One);
    while kills < wanted {
        let before = kills;
        for _ in 0..2 {
            kills += usize::from(was_killed(&site, turn, boundary, kills));
            turn = turn.next();
        }
        // Beyond the last boundary it begins again: every third kill comes later than the one before there.
        assert!(kills > before || boundary > 1, "there are no boundaries any more");
        boundary = if kills > before { boundary + every } else { 1 + kills % every };
    }
    println!("{kills} kills");
}

/// Kills one run on its way, if it gets that far, has the next one converge, and expects what is declared.
fn was_killed(site: &Site, turn: Turn, boundary: usize, kills: usize) -> bool {
    let at = if kills % 3 == 2 { format!("{boundary}+{}", LATER_MS * (kills % 17)) } else { boundary.to_string() };
    let file = site.write(&turn.declaration());
    let apply = ["apply", "--yes", "--prune", "--allow-destroy", &file.to_string_lossy()];
    let first = site.hypernix_with(&apply, &[("HYPERNIX_KILL", &at)]);
    let killed = first.code == 128 + 9;
    if killed {
        site.hypernix(&apply).succeeded();
    } else {
        first.succeeded();
    }
    let expected: Vec<String> = turn.expected().map(str::to_owned).into();
    assert_eq!(shown(site), expected, "{turn:?}, killed at {at}");
    site.assert_settled(&turn.declaration());
    killed
}
