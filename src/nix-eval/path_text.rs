//! Absolute paths as text.

/// Resolves `.`, `..` and repeated slashes by text alone; never above the root.
pub(crate) fn canonical(path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                let parent = out.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(parent);
            }
            name => {
                out.push(b'/');
                out.extend(name);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

/// The part after the last slash, trailing slashes aside.
pub(crate) fn base_name(path: &[u8]) -> &[u8] {
    let end = if path.len() > 1 && path.ends_with(b"/") { path.len() - 1 } else { path.len() };
    let path = &path[..end];
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => &path[slash + 1..],
        None => path,
    }
}

/// The part before the last slash: `.` if there is none, `/` for what lies in the root.
pub(crate) fn dir_name(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        None => b".",
        Some(0) => b"/",
        Some(slash) => &path[..slash],
    }
}
