//! The person's terminal while it is lent to a guest: raw, so that every key goes through.

use std::{
    io::{self, IsTerminal, Read, Write},
    thread,
};

use rustix::termios::{self, OptionalActions, Termios};
use tokio::sync::mpsc;

/// What leaves a guest's console: Ctrl-], as in virsh and telnet.
const LEAVE: u8 = 0x1d;

/// The terminal in raw mode; dropping it puts back what was before.
#[derive(Debug)]
pub struct RawTerminal {
    before: Termios,
}

/// What the person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// These keys.
    Keys(Vec<u8>),
    /// The key that leaves.
    Leave,
    /// Nothing more will come.
    End,
}

/// A terminal's size in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

impl RawTerminal {
    /// Makes standard input raw; `None` where it is no terminal.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn enter() -> io::Result<Option<Self>> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Ok(None);
        }
        let before = termios::tcgetattr(&stdin)?;
        let mut raw = before.clone();
        raw.make_raw();
        termios::tcsetattr(&stdin, OptionalActions::Now, &raw)?;
        Ok(Some(Self { before }))
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        if let Err(error) = termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.before) {
            tracing::warn!(%error, "cannot put the terminal back as it was; `reset` does");
        }
    }
}

/// Reads standard input in a thread of its own until the key that leaves, or its end.
pub fn read_keys() -> mpsc::Receiver<Typed> {
    let (sender, receiver) = mpsc::channel(16);
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        loop {
            let typed = match io::stdin().read(&mut buffer) {
                Ok(0) | Err(_) => vec![Typed::End],
                Ok(length) => understand(&buffer[..length]),
            };
            let is_last = !matches!(typed.last(), Some(Typed::Keys(_)));
            let gone = typed.into_iter().any(|typed| sender.blocking_send(typed).is_err());
            if is_last || gone {
                return;
            }
        }
    });
    receiver
}

/// The size of the terminal that standard output is, where it is one.
pub fn size() -> Option<Size> {
    let stdout = io::stdout();
    let size = termios::tcgetwinsize(&stdout).ok()?;
    Some(Size { columns: size.ws_col, rows: size.ws_row })
}

/// Prints what a guest says at once; false where nobody reads it any more.
pub fn show(bytes: &[u8]) -> bool {
    let mut stdout = io::stdout();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).is_ok()
}

fn understand(bytes: &[u8]) -> Vec<Typed> {
    match bytes.iter().position(|byte| *byte == LEAVE) {
        None => vec![Typed::Keys(bytes.to_vec())],
        Some(0) => vec![Typed::Leave],
        Some(at) => vec![Typed::Keys(bytes[..at].to_vec()), Typed::Leave],
    }
}

#[cfg(test)]
mod tests {
    use super::{Typed, understand};

    #[test]
    fn the_leaving_key_ends_what_is_typed() {
        assert_eq!(understand(b"ls\r"), [Typed::Keys(b"ls\r".to_vec())]);
        assert_eq!(understand(b"ls\x1dxx"), [Typed::Keys(b"ls".to_vec()), Typed::Leave]);
        assert_eq!(understand(b"\x1d"), [Typed::Leave]);
    }
}
