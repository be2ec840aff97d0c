//! HTTP over the daemon's Unix socket.

use std::{future::ready, io, path::Path, pin::Pin};

use driver::chain;
use futures::{Stream, StreamExt, TryStreamExt};
use http_body_util::{BodyDataStream, BodyExt, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header,
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
    pub(super) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, String> {
        let answer = self.ask(Method::GET, path, Bytes::new()).await?;
        let body = answer.into_body().collect().await.map_err(|error| chain(&error))?.to_bytes();
        serde_json::from_slice(&body).map_err(|error| format!("its answer is not understood: {error}"))
    }

    /// Sends a request; what is told comes line by line, until the end or until the connection breaks.
    pub(super) async fn post(&mut self, path: &str, request: &impl Serialize) -> Result<Lines, String> {
        let body = serde_json::to_vec(request).map_err(|error| error.to_string())?;
        let answer = self.ask(Method::POST, path, body.into()).await?;
        let bytes = BodyDataStream::new(answer.into_body()).map_err(io::Error::other);
        Ok(lines(bytes))
    }

    async fn ask(&mut self, method: Method, path: &str, body: Bytes) -> Result<Response<Incoming>, String> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| error.to_string())?;
        self.0.ready().await.map_err(|error| chain(&error))?;
        let answer = self.0.send_request(request).await.map_err(|error| chain(&error))?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            status => Err(format!("it answers {status}")),
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
