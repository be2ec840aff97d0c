//! Prints a file's last lines and follows it as it grows, across the log daemon's rotation.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    mem::MaybeUninit,
    path::Path,
};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};

/// Which part of a unit's output is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// How many of the last lines; all where not said.
    pub lines: Option<usize>,
    /// What happens at the end.
    pub end: End,
}

/// What happens at the end of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// We stop.
    Stop,
    /// We wait for more.
    Follow,
}

impl Range {
    /// Whether more is waited for.
    pub fn follows(self) -> bool {
        self.end == End::Follow
    }
}

/// Prints the range of the file at `path` to `out`.
///
/// # Errors
/// When the file cannot be read, or `out` not be written.
pub fn print(path: &Path, range: Range, out: &mut impl Write) -> io::Result<()> {
    let mut file = File::open(path)?;
    skip_to_last(&mut file, range.lines)?;
    io::copy(&mut file, out)?;
    out.flush()?;
    match range.end {
        End::Stop => Ok(()),
        End::Follow => follow(path, file, out),
    }
}

/// Places the file at the beginning of its last `lines` lines.
fn skip_to_last(file: &mut File, lines: Option<usize>) -> io::Result<()> {
    let Some(lines) = lines else { return Ok(()) };
    let mut starts = std::collections::VecDeque::with_capacity(lines.saturating_add(1).min(4096));
    let (mut at, mut line) = (0, Vec::new());
    let mut reader = BufReader::new(&*file);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        starts.push_back(at);
        if starts.len() > lines {
            starts.pop_front();
        }
        at += length as u64;
    }
    file.seek(SeekFrom::Start(starts.front().copied().unwrap_or(at)))?;
    Ok(())
}

/// Prints what is added, until `out` is gone. A file that is moved away or made anew is opened again.
fn follow(path: &Path, mut file: File, out: &mut impl Write) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let watcher = inotify::init(CreateFlags::CLOEXEC)?;
    inotify::add_watch(&watcher, directory, WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::MOVED_TO)?;
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut events = inotify::Reader::new(&watcher, &mut buffer);
    loop {
        io::copy(&mut file, out)?;
        out.flush()?;
        let event = events.next()?;
        let is_ours = event
            .file_name()
            .is_some_and(|name| path.file_name().is_some_and(|ours| ours.as_encoded_bytes() == name.to_bytes()));
        if is_ours && event.events().intersects(ReadFlags::CREATE | ReadFlags::MOVED_TO) {
            io::copy(&mut file, out)?;
            file = File::open(path)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{End, Range, print};

    #[track_caller]
    fn check(contents: &str, lines: Option<usize>, expected: &str) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log");
        fs::write(&path, contents).expect("written");
        let mut out = Vec::new();
        print(&path, Range { lines, end: End::Stop }, &mut out).expect("printed");
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn the_last_lines_are_printed_an_unfinished_one_included() {
        check("a\nb\nc\n", None, "a\nb\nc\n");
        check("a\nb\nc\n", Some(2), "b\nc\n");
        check("a\nb\nc", Some(2), "b\nc");
        check("a\n", Some(5), "a\n");
        check("a\nb\n", Some(0), "");
        check("", Some(3), "");
    }
}
