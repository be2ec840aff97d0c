//! A file that declares, read and resolved.

mod kept;
mod needs;
mod witness;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use config::{EvalSettings, Explanation, Loaded, LowerSettings, manifest::ActivationOptions};
use model::{Backend, Desired, HostFacts, OwnerId};
use nix_eval::EvalIo;
use reconcile::{Manifest, Reconciler};
use serde_json::Value;

use crate::{
    evaluation,
    failure::{Failure, Trouble},
    watch,
    world::World,
};
use kept::Kept;
use needs::Needs;
use witness::{Testimony, Witness};

/// A file that declares, resolved for a host.
#[derive(Debug)]
pub struct Declaration {
    /// What the host should hold.
    pub desired: Desired,
    /// What it was resolved from.
    pub manifest: Manifest,
    /// The file, absolute.
    pub source: PathBuf,
    /// How far its activation may go.
    pub activation: ActivationOptions,
}

/// What reading a file came to.
enum Reading {
    /// It is what it was when it was resolved the last time.
    Kept(Kept),
    /// It was evaluated.
    Fresh(Box<Loaded>, Option<Testimony>),
}

impl Declaration {
    /// Reads the file for this host.
    ///
    /// # Errors
    /// When it is wrong: every mistake is shown. What unreachable backends know of the host is taken as unknown.
    pub async fn load(world: &World, path: &Path) -> Result<Self, Failure> {
        Self::load_after(world, path, |backend| world.reconciler.backends().of(backend).look_ahead()).await
    }

    /// Reads the file for this host beside others who read the backends: nothing is read ahead, for who knows who
    /// would get it, and when.
    ///
    /// # Errors
    /// Like [`Declaration::load`].
    pub async fn load_beside(world: &World, path: &Path) -> Result<Self, Failure> {
        Self::load_after(world, path, |_| {}).await
    }

    async fn load_after(world: &World, path: &Path, begin: impl Fn(Backend)) -> Result<Self, Failure> {
        let state = world.reconciler.state();
        let reading = tokio::spawn(find_or_read(state.root().to_owned(), path.to_owned()));
        let applied = state.rows().load().map_err(|source| Trouble::State { source })?.applied;
        let concerned = Reconciler::backends_in_use(&applied);
        concerned.iter().copied().for_each(begin);
        world.reconciler.host_facts(&concerned).await;
        let reading = reading.await.map_err(|source| Trouble::Runtime { source: source.into() })??;
        let needs = match &reading {
            Reading::Fresh(loaded, _) => Needs::of(loaded),
            Reading::Kept(kept) => kept.needs().clone(),
        };
        // Of the others' facts nothing is asked, so that what is resolved does not change when they do.
        let asked = needs.backends.iter().copied().chain([Backend::Host]).collect();
        let host = world.reconciler.host_facts(&asked).await;
        let files = needs.files(&world.host, &applied).await;
        let known = needs.known(applied);
        let settings = LowerSettings { owner: state.owner(), state_dir: state.root().to_owned(), host, known, files };
        let (loaded, testimony) = match reading {
            Reading::Fresh(loaded, testimony) => (*loaded, testimony),
            Reading::Kept(kept) => match kept.lower(&settings) {
                Some(kept) => return Self::of_kept(kept, path),
                None => read(path.to_owned()).await?,
            },
        };
        let declaration = Self::resolve(loaded, path, &settings)?;
        if let Some(testimony) = testimony {
            kept::keep(state.root(), path, testimony, &settings, needs, &declaration);
        }
        Ok(declaration)
    }

    /// Reads the file for a host of which nothing is known.
    ///
    /// # Errors
    /// When it is wrong: every mistake is shown.
    pub async fn check(path: &Path, state_dir: &Path) -> Result<Self, Failure> {
        let (loaded, _) = read(path.to_owned()).await?;
        let settings = LowerSettings {
            owner: OwnerId(Default::default()),
            state_dir: state_dir.to_owned(),
            host: HostFacts::default(),
            known: BTreeSet::new(),
            files: BTreeMap::new(),
        };
        Self::resolve(loaded, path, &settings)
    }

    fn resolve(loaded: Loaded, path: &Path, settings: &LowerSettings) -> Result<Self, Failure> {
        let (desired, source) = (loaded.lower(settings)?, absolute(path)?);
        let activation = loaded.manifest.hypervisor.activation.clone();
        let manifest = Manifest::new(move || Ok(serde_json::to_vec(loaded.manifest_value())?));
        Ok(Self { desired, manifest, source, activation })
    }

    /// What was kept says nothing of what it was resolved from; a generation that wants to know has it evaluated.
    fn of_kept((desired, activation): kept::Resolved, path: &Path) -> Result<Self, Failure> {
        let source = absolute(path)?;
        let file = source.clone();
        let manifest = Manifest::new(move || {
            let loaded = config::load(&file, &settings(Arc::default())).map_err(io::Error::other)?;
            Ok(serde_json::to_vec(loaded.manifest_value())?)
        });
        Ok(Self { desired, manifest, source, activation })
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    Ok(std::path::absolute(path).map_err(|source| Trouble::ReadFile { path: path.to_owned(), source })?)
}

/// The manifest that the file evaluates to.
///
/// # Errors
/// When the file cannot be read or evaluated, or anything in it is wrong.
pub async fn manifest(path: &Path) -> Result<Value, Failure> {
    let (loaded, _) = read(path.to_owned()).await?;
    Ok(loaded.manifest_value().clone())
}

/// Where the values of a unit of the file came from.
///
/// # Errors
/// When the file is wrong, or has no such unit or field.
pub async fn explain(path: &Path, unit: &str, field: Option<&str>) -> Result<Explanation, Failure> {
    let (loaded, _) = read(path.to_owned()).await?;
    Ok(loaded.explain(unit, field)?)
}

/// What is kept of the file, where that holds still, or the file itself.
async fn find_or_read(state_dir: PathBuf, path: PathBuf) -> Result<Reading, Failure> {
    let kept = match watch::current() {
        // Who asks what an evaluation costs wants one.
        Some(_) => None,
        None => {
            let path = path.clone();
            on_a_thread(move || Kept::find(&state_dir, &path)).await?
        }
    };
    match kept {
        Some(kept) => Ok(Reading::Kept(kept)),
        None => read(path).await.map(|(loaded, testimony)| Reading::Fresh(Box::new(loaded), testimony)),
    }
}

/// Reads and evaluates; with it comes what the evaluation depended on, where that can be told.
async fn read(path: PathBuf) -> Result<(Loaded, Option<Testimony>), Failure> {
    let (loaded, testimony) = on_a_thread(move || {
        let witness = Arc::new(Witness::default());
        let loaded = config::load(&path, &settings(Arc::clone(&witness)));
        (loaded, witness.testimony())
    })
    .await?;
    Ok((loaded?, testimony))
}

/// Does what may take long on a thread that may.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|source| Trouble::Runtime { source: source.into() }.into())
}

/// An evaluation under the eyes of `witness`. What it says is said each time, so a declaration that speaks is not
/// kept.
fn settings(witness: Arc<Witness>) -> EvalSettings {
    let host = evaluation::host();
    let say = Arc::clone(&host.trace);
    let listener = Arc::clone(&witness);
    let trace = Arc::new(move |text: &str| {
        listener.spoil();
        say(text);
    });
    EvalSettings { trace, io: witness as Arc<dyn EvalIo>, ..host }
}
