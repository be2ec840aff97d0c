//! What a value says about itself: the text of a builtin, the comment above a function.

use super::{Evaluated, Evaluator};
use crate::builtins::builtin_doc;
use crate::source::Span;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// What is written about a function: a builtin's text, or the place of another one with the comment above it.
    #[must_use]
    pub fn document(&self, value: Evaluated<'a>) -> Option<String> {
        match value.0 {
            Value::Builtin(builtin) => builtin_doc(builtin.name).map(ToString::to_string),
            Value::Partial(partial) => match partial.function().get() {
                Value::Builtin(builtin) => builtin_doc(builtin.name).map(ToString::to_string),
                _ => None,
            },
            Value::Lambda(id, _) => {
                let span = self.lambdas[id.0 as usize].span;
                let mut text = self.describe(value);
                if let Some(position) = self.sources.position(span) {
                    text.push_str(&format!(", defined at {position}"));
                }
                if let Some(comment) = self.comment_above(span) {
                    text.push_str(&format!("\n\n  {}", comment.replace('\n', "\n  ")));
                }
                Some(text)
            }
            _ => None,
        }
    }

    /// The comment that ends on the line before the one where a span begins.
    fn comment_above(&self, span: Span) -> Option<String> {
        let (source, offset) = self.sources.locate(span)?;
        let line_start = source.text.get(..offset)?.rfind('\n')?;
        let above = source.text[..line_start].trim_end();
        let lines: Vec<&str> = if above.ends_with("*/") {
            let comment = &above[above.rfind("/*")?..];
            comment.trim_start_matches(['/', '*']).trim_end_matches(['/', '*']).lines().collect()
        } else {
            let mut lines: Vec<_> = above.lines().rev().take_while(|line| line.trim_start().starts_with('#')).collect();
            lines.reverse();
            lines
        };
        let clean = lines.iter().map(|line| line.trim().trim_start_matches(['#', '*']).trim());
        let text = clean.collect::<Vec<_>>().join("\n").trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}
