//! HTTP over the daemon's Unix socket.

use std::{future::ready, io, path::Path, pin::Pin, time::Duration};

use driver::chain;
use futures::{Stream, StreamExt, TryStreamExt};
use http_body_util::{BodyDataStream, BodyExt, Full};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tokio::net::UnixStream;
use tokio_util::{
    codec::{FramedRead, LinesCodec},
    io::StreamReader,
};

use crate::daemon::Line;

/// What the daemon tells, as it tells it.
pub(super) type Lines = Pin<Box<dyn Stream<Item = Line> + Send>>;

/// The daemon could not be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// It did not answer.
    #[error("it has not answered for {}", humantime::format_duration(*.0))]
    Silent(Duration),
    /// The connection broke, or it speaks another language.
    #[error("it cannot be spoken to: {}", chain(.0))]
    Http(#[from] hyper::Error),
    /// It refused.
    #[error("it answers {0}")]
    Status(StatusCode),
    /// What it says, or what is said to it, is no JSON as expected.
    #[error("its answer is not understood: {0}")]
    Json(#[from] serde_json::Error),
}

/// A connection to the daemon.
pub(super) struct Client(SendRequest<Full<Bytes>>);

impl Client {
    /// Connects; `None` where nobody listens.
    pub(super) async fn connect(socket: &Path) -> Option<Self> {
        let stream = UnixStream::connect(socket).await;
        let stream = stream.inspect_err(|error| tracing::debug!(%error, "no daemon is reached")).ok()?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the daemon broke");
            }
        });
        Some(Self(sender))
    }

    /// Asks for a document.
    pub(super) async fn get<T: DeserializeOwned>(&mut self, path: &'static str) -> Result<T, ClientError> {
        let answer = self.ask(Method::GET, path, Bytes::new()).await?;
        Ok(serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?)
    }

    /// Sends a request; what is told comes line by line, until the end or until the connection breaks.
    pub(super) async fn post(&mut self, path: &'static str, request: &impl Serialize) -> Result<Lines, ClientError> {
        let body = serde_json::to_vec(request)?;
        let answer = self.ask(Method::POST, path, body.into()).await?;
        Ok(lines(BodyDataStream::new(answer.into_body()).map_err(io::Error::other)))
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &'static str,
        body: Bytes,
    ) -> Result<Response<Incoming>, ClientError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from_static(path);
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.0.ready().await?;
        let answer = self.0.send_request(request).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            status => Err(ClientError::Status(status)),
        }
    }
}

fn lines(bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Lines {
    let lines = FramedRead::new(StreamReader::new(Box::pin(bytes)), LinesCodec::new());
    let read = lines.map(|line| line.map_err(|error| chain(&error)).and_then(|line| understood(&line)));
    let told = read.inspect_err(|error| tracing::warn!(error, "what the daemon tells ends here"));
    Box::pin(told.take_while(|line| ready(line.is_ok())).filter_map(|line| ready(line.ok())))
}

fn understood(line: &str) -> Result<Line, String> {
    serde_json::from_str(line).map_err(|error| chain(&error))
}
