use std::{
    cell::RefCell,
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use expect_test::expect;
use model::spec::{ImageOrigin, ImageSpec};
use sha2::{Digest, Sha256};

use super::write;
use crate::fault::chain;

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn spec(folder: &Path, origin: ImageOrigin, sha256: Option<String>) -> ImageSpec {
    ImageSpec { path: folder.join("images/disk.raw"), origin: Some(origin), sha256 }
}

fn file(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("source.raw");
    fs::write(&path, bytes).unwrap();
    path
}

/// A server that answers one request with `answer`.
fn serve(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = client.read(&mut request).unwrap();
        assert!(length > 0);
        client.write_all(&answer).unwrap();
    });
    format!("http://{address}/disk.raw")
}

fn answer(body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn an_image_is_copied_and_readable_by_qemu() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(folder.path(), b"disk");
    let spec = spec(folder.path(), ImageOrigin::File(source), Some(sha256(b"disk")));
    let first = write(&spec, &|_, _| ()).unwrap();
    assert_eq!(fs::read(&spec.path).unwrap(), b"disk");
    assert_eq!(fs::metadata(&spec.path).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(write(&spec, &|_, _| ()).unwrap(), first, "what is there is not copied again");
}

#[test]
fn an_image_is_fetched_and_its_progress_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(answer(&[7; 3_000_000]));
    let spec = spec(folder.path(), ImageOrigin::Url(url), Some(sha256(&[7; 3_000_000])));
    let told = RefCell::new(Vec::new());
    write(&spec, &|done, total| told.borrow_mut().push((done.get(), total.map(|bytes| bytes.get())))).unwrap();
    assert_eq!(told.borrow().last(), Some(&(3_000_000, Some(3_000_000))));
    assert!(told.borrow().is_sorted());
}

#[test]
fn an_image_with_another_hash_leaves_nothing_behind_and_the_old_one_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(folder.path(), b"evil");
    let spec = spec(folder.path(), ImageOrigin::File(source), Some(sha256(b"good")));
    let error = write(&spec, &|_, _| ()).unwrap_err();
    expect!["the image DIR/source.raw is not the declared one: expected sha256:770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c, found sha256:b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73; nothing was kept"]
        .assert_eq(&error.to_string().replace(&folder.path().display().to_string(), "DIR"));
    assert_eq!(names(&folder.path().join("images")), [] as [&str; 0]);
    fs::write(&spec.path, "old").unwrap();
    assert!(write(&spec, &|_, _| ()).is_err());
    assert_eq!(fs::read(&spec.path).unwrap(), b"old");
}

#[test]
fn a_server_that_refuses_is_named_with_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
    let error = write(&spec(folder.path(), ImageOrigin::Url(url.clone()), None), &|_, _| ()).unwrap_err();
    assert_eq!(chain(&error), format!("{url} answered 404"));
}
