use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use config::LowerSettings;
use model::{Contents, Desired, HostFacts, OwnerId};
use tempfile::TempDir;

use super::{Kept, keep};
use crate::declaration::{Declaration, needs::Needs, settings, witness::Witness};

/// A directory with a state and a configuration in it.
struct Bench {
    root: TempDir,
}

impl Bench {
    fn new(host: &str) -> Self {
        let bench = Self { root: tempfile::tempdir().expect("a directory") };
        bench.write("host.nix", host);
        bench
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is below the root")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn lower_settings(&self) -> LowerSettings {
        let owner = OwnerId(uuid::Uuid::from_u128(7));
        LowerSettings {
            owner,
            state_dir: self.root.path().to_owned(),
            host: HostFacts::default(),
            known: BTreeSet::new(),
            files: BTreeMap::new(),
        }
    }

    /// Evaluates the configuration and keeps what it comes to, where it may be kept.
    fn evaluate(&self) -> Desired {
        let file = self.path("host.nix");
        let witness = Arc::new(Witness::default());
        let loaded = config::load(&file, &settings(Arc::clone(&witness))).expect("it is sound");
        let needs = Needs::of(&loaded);
        let declaration = Declaration::resolve(loaded, &file, &self.lower_settings());
        let declaration = declaration.unwrap_or_else(|_| panic!("it can be lowered"));
        if let Some(testimony) = witness.testimony() {
            keep(self.root.path(), &file, testimony, &self.lower_settings(), needs, &declaration);
        }
        declaration.desired
    }

    fn kept(&self) -> Option<Desired> {
        self.kept_for(&self.path("host.nix"), &self.lower_settings())
    }

    fn kept_for(&self, file: &Path, settings: &LowerSettings) -> Option<Desired> {
        Kept::find(self.root.path(), file)?.lower(settings).map(|(desired, _)| desired)
    }

    /// Evaluates, sees that it is kept, changes something, and sees that it is kept no longer.
    #[track_caller]
    fn lasts_until(&self, what: &str, change: impl FnOnce(&Self)) {
        let desired = self.evaluate();
        assert_eq!(self.kept().as_ref(), Some(&desired), "before {what}");
        change(self);
        assert_eq!(self.kept(), None, "after {what}");
    }
}

const POOL: &str = r#"{ hypervisor.storage.pools.data.path = "/srv/a"; }"#;

#[test]
fn what_did_not_change_is_not_evaluated_again() {
    let bench = Bench::new(POOL);
    assert_eq!(bench.kept(), None);
    let desired = bench.evaluate();
    assert_eq!(bench.kept(), Some(desired.clone()));
    // A file that was only touched holds what it held.
    bench.write("host.nix", POOL);
    assert_eq!(bench.kept(), Some(desired));
    assert_eq!(bench.kept_for(&bench.path("other.nix"), &bench.lower_settings()), None);
}

#[test]
fn a_change_of_any_file_that_was_read_counts() {
    let bench = Bench::new(r#"{ imports = [ ./pools.nix ]; }"#);
    bench.write("pools.nix", r#"{ hypervisor.storage.pools.data.path = import ./path.nix; }"#);
    bench.write("path.nix", r#""/srv/a""#);
    bench.lasts_until("an imported file changed", |bench| bench.write("path.nix", r#""/srv/b""#));
    bench.lasts_until("the file itself changed", |bench| bench.write("host.nix", POOL));

    let bench = Bench::new(r#"{ hypervisor.storage.pools.data.path = builtins.readFile ./path; }"#);
    bench.write("path", "/srv/a");
    bench.lasts_until("a text that was read changed", |bench| bench.write("path", "/srv/b"));
}

#[test]
fn files_that_come_and_go_count_where_they_were_looked_for() {
    let bench = Bench::new(
        r#"{ hypervisor.storage.pools = if builtins.pathExists ./more then { data.path = "/srv/a"; } else { }; }"#,
    );
    bench.lasts_until("a file that was looked for came", |bench| bench.write("more", ""));

    let bench = Bench::new(
        r#"{ hypervisor.storage.pools =
             builtins.mapAttrs (name: _: { path = "/srv/${name}"; }) (builtins.readDir ./pools); }"#,
    );
    bench.write("pools/one", "");
    bench.lasts_until("a directory that was listed got an entry", |bench| bench.write("pools/two", ""));
    bench.lasts_until("a directory that was listed lost an entry", |bench| {
        fs::remove_file(bench.path("pools/one")).expect("it is there");
    });

    let bench = Bench::new(r#"{ imports = [ ./link/pools.nix ]; }"#);
    bench.write("one/pools.nix", POOL);
    bench.write("other/pools.nix", &POOL.replace("/srv/a", "/srv/b"));
    let link = |to: &str| std::os::unix::fs::symlink(bench.path(to), bench.path("link")).expect("linked");
    link("one");
    bench.lasts_until("a link leads elsewhere", |bench| {
        fs::remove_file(bench.path("link")).expect("it is there");
        link("other");
    });
}

#[test]
fn another_host_or_owner_is_another_declaration() {
    let bench = Bench::new(POOL);
    bench.evaluate();
    let file = bench.path("host.nix");
    let elsewhere = LowerSettings {
        host: HostFacts { arch: "aarch64".to_owned(), ..HostFacts::default() },
        ..bench.lower_settings()
    };
    assert_eq!(bench.kept_for(&file, &elsewhere), None);
    let anothers = LowerSettings { owner: OwnerId(uuid::Uuid::from_u128(8)), ..bench.lower_settings() };
    assert_eq!(bench.kept_for(&file, &anothers), None);
    let rebuilt = LowerSettings {
        files: BTreeMap::from([("/srv/rootfs.tar".into(), Contents::Sha256("0".to_owned()))]),
        ..bench.lower_settings()
    };
    assert_eq!(bench.kept_for(&file, &rebuilt), None);
}

#[test]
fn what_speaks_or_looks_at_the_clock_is_evaluated_each_time() {
    let spoken = Bench::new(&format!(r#"builtins.trace "hello" {POOL}"#));
    spoken.evaluate();
    assert_eq!(spoken.kept(), None);
    let timed = Bench::new(&format!("# builtins.currentTime\n{POOL}"));
    timed.evaluate();
    assert_eq!(timed.kept(), None);
}

#[test]
fn the_environment_counts_where_it_may_have_been_looked_at() {
    let grounds = |host: &str| {
        let bench = Bench::new(host);
        bench.evaluate();
        let text = fs::read_to_string(bench.path(super::NAME)).expect("it is kept");
        let grounds = text.lines().next().expect("the first line says what it depends on");
        serde_json::from_str::<super::Grounds>(grounds).expect("they can be read")
    };
    assert_eq!(grounds(POOL).environment, None);
    let looked = r#"{ hypervisor.storage.pools.data.path = "/srv/a" + builtins.getEnv "NOBODY_SETS_THIS"; }"#;
    assert_eq!(grounds(looked).environment, Some(super::environment()));
}

#[test]
fn a_damaged_one_is_done_without() {
    let bench = Bench::new(POOL);
    bench.evaluate();
    let place = bench.path(super::NAME);
    let whole = fs::read(&place).expect("it is there");
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&place, &whole[..length]).expect("written");
        assert_eq!(bench.kept(), None, "cut to {length} of {}", whole.len());
    }
}
