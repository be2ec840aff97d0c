//! Where an image's bytes come from.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use model::spec::ImageOrigin;

/// How long connecting, and waiting for the answer's head, may take.
const HEAD: Duration = Duration::from_secs(30);
/// How long a whole transfer may take.
const BODY: Duration = Duration::from_secs(6 * 3600);

/// An image on its way.
pub(super) struct Source {
    /// Its bytes.
    pub(super) reader: Box<dyn Read>,
    /// How many there will be, where it is known.
    pub(super) length: Option<u64>,
}

/// The bytes could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("cannot open the image {path}")]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot fetch {url}")]
    Ask { url: String, source: Box<ureq::Error> },
    #[error("{url} answered {status}")]
    Status { url: String, status: u16 },
}

impl FetchError {
    /// Whether trying again may help.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Open { .. } => false,
            Self::Ask { .. } => true,
            Self::Status { status, .. } => *status == 429 || *status >= 500,
        }
    }
}

/// Opens an image.
pub(super) fn open(origin: &ImageOrigin) -> Result<Source, FetchError> {
    match origin {
        ImageOrigin::File(path) => open_file(path),
        ImageOrigin::Url(url) => match url.strip_prefix("file://") {
            Some(path) => open_file(Path::new(path)),
            None => ask(url),
        },
    }
}

fn open_file(path: &Path) -> Result<Source, FetchError> {
    let failed = |source| FetchError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok(Source { reader: Box::new(file), length: Some(length) })
}

fn ask(url: &str) -> Result<Source, FetchError> {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(HEAD))
        .timeout_recv_response(Some(HEAD))
        .timeout_recv_body(Some(BODY))
        .http_status_as_error(false)
        // A compressed answer has another length, and another hash, than the image.
        .accept_encoding("identity")
        .build();
    let asked = ureq::Agent::from(config).get(url).call();
    let answer = asked.map_err(|source| FetchError::Ask { url: url.to_owned(), source: Box::new(source) })?;
    if !answer.status().is_success() {
        return Err(FetchError::Status { url: url.to_owned(), status: answer.status().as_u16() });
    }
    let body = answer.into_body();
    let length = body.content_length();
    Ok(Source { reader: Box::new(body.into_reader()), length })
}
