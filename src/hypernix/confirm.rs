//! Asks before something is changed.

use std::io::{self, IsTerminal, Write};

use crate::failure::{Failure, Trouble};

/// Whether the person has already said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// By `--yes`.
    Given,
    /// Not yet.
    Asked,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Change nothing.
    No,
}

impl From<bool> for Consent {
    /// Takes what `--yes` said.
    fn from(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Asked }
    }
}

/// Asks `question` on the terminal unless consent was given already. Anything but a clear yes is a no.
///
/// # Errors
/// When nobody is there to be asked.
pub fn confirm(question: &str, consent: Consent) -> Result<Answer, Failure> {
    if consent == Consent::Given {
        return Ok(Answer::Yes);
    }
    if !io::stdin().is_terminal() {
        return Err(Trouble::NobodyToAsk { question: question.to_owned() }.into_failure());
    }
    anstream::eprint!("{question} [yes/no] ");
    let unreadable = |source| Trouble::Write { what: "the terminal".to_owned(), source };
    io::stderr().flush().map_err(unreadable)?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(unreadable)?;
    Ok(understand(&line))
}

fn understand(line: &str) -> Answer {
    if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") { Answer::Yes } else { Answer::No }
}

#[cfg(test)]
mod tests {
    use super::{Answer, understand};

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        for line in ["y\n", "yes\n", " YES \r\n"] {
            assert_eq!(understand(line), Answer::Yes, "{line:?}");
        }
        for line in ["", "\n", "n\n", "no\n", "yess\n", "sure\n"] {
            assert_eq!(understand(line), Answer::No, "{line:?}");
        }
    }
}
