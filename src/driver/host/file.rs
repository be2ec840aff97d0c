//! Text files that are mounted into containers.

use std::{
    io::Write,
    os::unix::fs::{MetadataExt, fchown},
    path::PathBuf,
};

use model::{Fingerprint, spec::FileSpec};

use super::{FileError, beside::Beside, observe};

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteFileError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{mode}` is not a mode: expected octal digits such as 0644")]
    Mode { mode: String },
    #[error("this host has no {what} `{name}` to own {path}", path = path.display())]
    Owner { what: &'static str, name: String, path: PathBuf },
}

/// Makes the file, unless it is there.
pub(super) fn write(spec: &FileSpec) -> Result<Fingerprint, WriteFileError> {
    let mode = mode(&spec.mode)?;
    let unknown = |what, name: &String| WriteFileError::Owner { what, name: name.clone(), path: spec.path.clone() };
    let user = id_of(&spec.owner, "/etc/passwd").ok_or_else(|| unknown("user", &spec.owner))?;
    let group = id_of(&spec.group, "/etc/group").ok_or_else(|| unknown("group", &spec.group))?;
    if !is_there(spec) {
        let failed = |source| FileError::Write { path: spec.path.clone(), source };
        let mut beside = Beside::new(&spec.path, mode)?;
        beside.file.write_all(spec.content.as_bytes()).map_err(failed)?;
        fchown(&beside.file, Some(user), Some(group)).map_err(failed)?;
        // Changing the owner takes set-user-id bits away.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        beside.file.set_permissions(permissions).map_err(failed)?;
        beside.put_in_place()?;
    }
    Ok(observe::fingerprint(&spec.path)?)
}

/// Whether the file is just as specified.
pub(super) fn is_there(spec: &FileSpec) -> bool {
    read(spec).is_ok_and(|there| there == *spec)
}

/// The file as it is; what is equal to `applied` is written as there.
pub(super) fn read(applied: &FileSpec) -> Result<FileSpec, FileError> {
    let failed = |source| FileError::Read { path: applied.path.clone(), source };
    let metadata = std::fs::metadata(&applied.path).map_err(failed)?;
    let content = std::fs::read(&applied.path).map_err(failed)?;
    let actual_mode = metadata.mode() & 0o7777;
    let same_mode = mode(&applied.mode).is_ok_and(|declared| declared == actual_mode);
    Ok(FileSpec {
        path: applied.path.clone(),
        content: String::from_utf8_lossy(&content).into_owned(),
        mode: if same_mode { applied.mode.clone() } else { format!("{actual_mode:04o}") },
        owner: name_of(metadata.uid(), &applied.owner, "/etc/passwd"),
        group: name_of(metadata.gid(), &applied.group, "/etc/group"),
    })
}

fn mode(text: &str) -> Result<u32, WriteFileError> {
    if text.is_empty() {
        return Ok(0o644);
    }
    let parsed = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777);
    parsed.ok_or_else(|| WriteFileError::Mode { mode: text.to_owned() })
}

/// The number of a user or group; root's where none is given.
fn id_of(name: &str, table: &str) -> Option<u32> {
    match name {
        "" | "root" => Some(0),
        name => name.parse().ok().or_else(|| entries(table).into_iter().find(|(n, _)| n == name).map(|(_, id)| id)),
    }
}

fn name_of(id: u32, applied: &str, table: &str) -> String {
    if id_of(applied, table) == Some(id) {
        return applied.to_owned();
    }
    let known = entries(table).into_iter().find(|(_, known)| *known == id);
    known.map_or_else(|| id.to_string(), |(name, _)| name)
}

/// Names and numbers of `/etc/passwd` or `/etc/group`.
fn entries(table: &str) -> Vec<(String, u32)> {
    let text = std::fs::read_to_string(table).unwrap_or_default();
    let entry = |line: &str| {
        let mut fields = line.split(':');
        Some((fields.next()?.to_owned(), fields.nth(1)?.parse().ok()?))
    };
    text.lines().filter_map(entry).collect()
}

#[cfg(test)]
mod tests;
