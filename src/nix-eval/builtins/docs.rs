//! What each builtin does, in a sentence or two: for `:doc` in the REPL.

mod table;

/// What a builtin is for.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinDoc {
    /// Its name in `builtins`.
    pub name: &'static str,
    /// Names of its arguments, in order; none for a constant.
    pub arguments: &'static [&'static str],
    /// What it does.
    pub text: &'static str,
}

/// Finds what a builtin does, by its name with or without `builtins.` or `__` before it.
#[must_use]
pub fn builtin_doc(name: &str) -> Option<&'static BuiltinDoc> {
    let name = name.strip_prefix("builtins.").unwrap_or(name);
    let name = name.strip_prefix("__").unwrap_or(name);
    table::DOCS.iter().find(|doc| doc.name == name)
}

/// All builtins that are documented.
pub fn builtin_docs() -> impl Iterator<Item = &'static BuiltinDoc> {
    table::DOCS.iter()
}

impl std::fmt::Display for BuiltinDoc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "builtins.{}", self.name)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))?;
        write!(f, "\n\n  {}", self.text)
    }
}

#[cfg(test)]
mod tests;
