//! `hypernix import`

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use clap::{Args, ValueEnum, ValueHint};
use model::{Address, Backend, Observed, ObservedResource, Ownership};
use serde_json::json;

use crate::{
    export,
    failure::{Exit, Failure, Trouble},
    import::{self, compose},
    session::Session,
    target,
    world::{Sighted, World},
};

/// Writes Nix for what another tool has made: for what runs, or for what a file says.
///
/// Without a file, libvirt or Docker is asked for what it holds and what is not managed yet; applying the result takes
/// that over as it is. With files, these are XML documents of libvirt's (of domains, networks and pools) or compose
/// files. What cannot be said in `hypervisor.*` is named in comments, so that nothing vanishes silently.
#[derive(Debug, Args)]
pub struct Import {
    /// Where it comes from.
    #[arg(long, value_enum, value_name = "TOOL")]
    from: Tool,
    /// Documents of the tool; libvirt and Docker themselves unless given.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Only this object of libvirt's or Docker's, and what it uses; may be repeated.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    only: Vec<String>,
    /// The file to write instead of standard output.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

/// What has made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tool {
    /// libvirt: virsh, virt-manager, NixVirt, Terraform.
    Libvirt,
    /// Docker: docker run, compose, oci-containers, arion.
    Docker,
    /// A compose file.
    Compose,
}

impl Import {
    /// Writes.
    ///
    /// # Errors
    /// When a file cannot be read, says nothing of the tool's, or the backend does not answer.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let text = match (self.from, self.files.as_slice()) {
            (Tool::Libvirt, []) => self.live(session, Backend::Libvirt).await?,
            (Tool::Docker, []) => self.live(session, Backend::Docker).await?,
            (Tool::Libvirt, files) => import::documents(files)?,
            (Tool::Compose, [file]) => compose::import(file, &import::environment(file))?,
            (Tool::Compose, files) => return Err(one_compose_file(files.len())),
            (Tool::Docker, _) => return Err(no_file_of_docker()),
        };
        match self.output {
            None => session.output.answer(&json!({ "nix": text }), || text.clone())?,
            Some(path) => {
                fs::write(&path, &text)
                    .map_err(|source| Trouble::Write { what: path.display().to_string(), source })?;
                session.output.remark(&format!("written to {}", path.display()));
            }
        }
        Ok(Exit::Done)
    }

    async fn live(&self, session: &Session, backend: Backend) -> Result<String, Failure> {
        let world = World::open(session)?;
        let Sighted { observed, applied } = world.look().await?;
        if let Some(why) = observed.unreachable.get(&backend) {
            let message = format!("{backend} does not answer: {why}");
            let help = "start it, or name a document of its with FILE".to_owned();
            return Err(Trouble::Request { message, help }.into_failure());
        }
        let mut chosen = self.chosen(&observed, backend)?;
        let volumes = world.volumes_of(&chosen, &applied).await?;
        chosen.extend(volumes);
        let head = [
            format!("Written by `hypernix import` from what {backend} holds and nothing here manages yet."),
            "`hypernix plan` on this file shows what taking it over changes.".to_owned(),
        ];
        Ok(export::file(&head, &export::blocks(&chosen, &applied)))
    }

    /// The unmanaged objects of the backend; of those named, and what they use.
    fn chosen(&self, observed: &Observed, backend: Backend) -> Result<BTreeMap<Address, ObservedResource>, Failure> {
        let mut named = BTreeSet::new();
        for name in &self.only {
            named.extend(export::with_uses(target::object(name, observed)?));
        }
        let objects = observed.resources.iter().filter(|(address, found)| {
            address.kind.backend() == backend
                && found.ownership == Ownership::Unmanaged
                && (self.only.is_empty() || named.contains(*address))
        });
        Ok(objects.map(|(address, found)| (address.clone(), found.clone())).collect())
    }
}

fn one_compose_file(count: usize) -> Failure {
    let message = if count == 0 { "no compose file is named".to_owned() } else { format!("{count} files are named") };
    let help = "name the one compose file, such as compose.yaml; `docker compose config` makes one of several";
    Trouble::Request { message, help: help.to_owned() }.into_failure()
}

fn no_file_of_docker() -> Failure {
    let message = "Docker has no documents to read".to_owned();
    let help = "leave the file out to read what the engine holds, or say `--from compose`".to_owned();
    Trouble::Request { message, help }.into_failure()
}
