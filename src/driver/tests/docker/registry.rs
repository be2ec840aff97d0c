//! A registry of one image, on this host: enough of the distribution protocol for the engine to pull from it.
//! Source: the OCI distribution specification, "Pull".

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What is served, by path: its type and its bytes.
type Served = HashMap<String, (&'static str, Vec<u8>)>;

/// Serves `image:1` with `layer`, a tar, as its only layer; returns the reference to pull it by. It serves as long as
/// the test runs.
pub fn serve(image: &str, layer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let reference = format!("{}/{image}:1", listener.local_addr().unwrap());
    let served = served(image, layer);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let served = served.clone();
            std::thread::spawn(move || answer(&connection.unwrap(), &served));
        }
    });
    reference
}

fn served(image: &str, layer: Vec<u8>) -> Served {
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [ digest(&layer) ] },
    });
    let config = config.to_string().into_bytes();
    let described = |kind: &str, blob: &[u8]| -> Value {
        json!({ "mediaType": format!("application/vnd.docker.{kind}"), "size": blob.len(), "digest": digest(blob) })
    };
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": described("container.image.v1+json", &config),
        "layers": [ described("image.rootfs.diff.tar", &layer) ],
    });
    let manifest = manifest.to_string().into_bytes();
    let at = |place: String| format!("/v2/{image}/{place}");
    let blob = |bytes: Vec<u8>| (at(format!("blobs/{}", digest(&bytes))), ("application/octet-stream", bytes));
    HashMap::from([
        ("/v2/".to_owned(), ("application/json", b"{}".to_vec())),
        (at("manifests/1".to_owned()), (MANIFEST, manifest.clone())),
        (at(format!("manifests/{}", digest(&manifest))), (MANIFEST, manifest)),
        blob(config),
        blob(layer),
    ])
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Answers one request. The engine first tries TLS, which is no request, and is hung up on.
fn answer(connection: &TcpStream, served: &Served) {
    let mut lines = BufReader::new(connection).split(b'\n').map_while(Result::ok);
    let request = String::from_utf8_lossy(&lines.next().unwrap_or_default()).into_owned();
    let mut words = request.split_whitespace();
    let (Some(method @ ("GET" | "HEAD")), Some(path)) = (words.next(), words.next()) else { return };
    lines.find(|line| line.trim_ascii().is_empty());
    let nothing =
        ("application/json", br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#.to_vec());
    let (status, (kind, body)) = served.get(path).map_or(("404 Not Found", &nothing), |found| ("200 OK", found));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nDocker-Content-Digest: {}\r\n\
         Docker-Distribution-Api-Version: registry/2.0\r\nConnection: close\r\n\r\n",
        body.len(),
        digest(body)
    );
    let mut connection = connection;
    let body = if method == "GET" { body.as_slice() } else { &[] };
    // The engine may hang up early: it has some layers already.
    connection.write_all(&[head.as_bytes(), body].concat()).ok();
}
