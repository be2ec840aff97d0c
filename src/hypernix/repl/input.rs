//! What a line, or several that belong together, asks for.

use std::path::PathBuf;

/// The commands, as `:?` lists them.
pub const COMMANDS: [(&str, &str, &str); 10] = [
    (":a", "EXPR", "adds the attributes of a set as variables"),
    (":doc", "NAME", "says what a builtin or function does"),
    (":l", "FILE", "loads a file: its attributes become variables"),
    (":p", "EXPR", "computes and prints everything inside a value"),
    (":q", "", "ends; so does Ctrl-D"),
    (":r", "", "reads the loaded files again and forgets all variables"),
    (":t", "EXPR", "says what a value is"),
    (":?", "", "prints this"),
    ("EXPR", "", "evaluates and prints; `it` is the last value"),
    ("NAME = EXPR", "", "makes a variable, computed when it is needed"),
];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Input<'t> {
    /// Nothing.
    Nothing,
    /// A value.
    Evaluate(&'t str),
    /// A value with everything inside it.
    PrintAll(&'t str),
    /// A variable.
    Bind {
        /// Its name.
        name: &'t str,
        /// Its value.
        text: &'t str,
    },
    /// A set's attributes as variables.
    AddAttrs(&'t str),
    /// A file's attributes as variables.
    Load(PathBuf),
    /// The files anew.
    Reload,
    /// What a value is.
    Describe(&'t str),
    /// What a function does.
    Document(&'t str),
    /// The commands.
    Help,
    /// The end.
    Quit,
    /// A command that there is not.
    Unknown(&'t str),
}

impl<'t> Input<'t> {
    /// Reads a line.
    pub fn of(line: &'t str) -> Self {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix(':') {
            let (command, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            return Self::of_command(command, rest.trim());
        }
        if line.is_empty() || line.lines().all(|line| line.trim_start().starts_with('#')) {
            return Self::Nothing;
        }
        binding(line).unwrap_or(Self::Evaluate(line))
    }

    fn of_command(command: &'t str, rest: &'t str) -> Self {
        match command {
            "a" | "add" => Self::AddAttrs(rest),
            "doc" => Self::Document(rest),
            "l" | "load" => Self::Load(rest.into()),
            "p" | "print" => Self::PrintAll(rest),
            "q" | "quit" => Self::Quit,
            "r" | "reload" => Self::Reload,
            "t" => Self::Describe(rest),
            "?" | "h" | "help" => Self::Help,
            other => Self::Unknown(other),
        }
    }

    /// The Nix in it.
    pub fn expression(&self) -> Option<&'t str> {
        match self {
            Self::Evaluate(text) | Self::PrintAll(text) | Self::AddAttrs(text) | Self::Describe(text) => Some(text),
            Self::Bind { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether more lines belong to it: a bracket is open, or an operator lacks its right side. An empty line ends it.
    pub fn is_incomplete(&self, lines: &str) -> bool {
        let is_ended = lines.contains('\n') && lines.lines().next_back().is_some_and(|line| line.trim().is_empty());
        !is_ended && self.expression().is_some_and(nix_eval::is_incomplete)
    }
}

/// `name = expression`, perhaps with a `;`.
fn binding(line: &str) -> Option<Input<'_>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let end = line.find(|c| !is_part(c))?;
    let (name, rest) = line.split_at(end);
    let text = rest.trim_start().strip_prefix('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !is_name || text.starts_with('=') {
        return None;
    }
    Some(Input::Bind { name, text: text.trim().trim_end_matches(';').trim_end() })
}

#[cfg(test)]
mod tests {
    use super::Input;

    #[track_caller]
    fn check(line: &str, expected: &Input<'_>) {
        assert_eq!(Input::of(line), *expected, "{line}");
    }

    #[test]
    fn bindings_are_told_from_comparisons_and_sets() {
        check("x = 1;", &Input::Bind { name: "x", text: "1" });
        check("a-b'=y: y", &Input::Bind { name: "a-b'", text: "y: y" });
        check("x == 1", &Input::Evaluate("x == 1"));
        check("{ x = 1; }", &Input::Evaluate("{ x = 1; }"));
        check("a.b == c", &Input::Evaluate("a.b == c"));
    }

    #[test]
    fn commands_have_short_and_long_names() {
        check(":l ./a b.nix", &Input::Load("./a b.nix".into()));
        check(":load x", &Input::Load("x".into()));
        check("  :q", &Input::Quit);
        check(":t  1 + 1 ", &Input::Describe("1 + 1"));
        check(":zap", &Input::Unknown("zap"));
        check("# a comment", &Input::Nothing);
    }

    #[test]
    fn open_brackets_ask_for_more_until_an_empty_line() {
        for (lines, more) in [
            ("{ a = 1;", true),
            ("x = [", true),
            (":p (1 +", true),
            ("''\n  text", true),
            ("1 +", true),
            ("1 + 1", false),
            ("}", false),
            (":l {", false),
            ("{ a = 1;\n\n", false),
        ] {
            assert_eq!(Input::of(lines).is_incomplete(lines), more, "{lines:?}");
        }
    }
}
