//! The text of JSON, byte for byte as Nix writes it.

use std::fmt::Write;

use crate::strings::Context;

/// JSON so far, with the context of its strings.
pub(super) struct Text<'a> {
    pub(super) out: String,
    pub(super) context: Option<Context<'a>>,
}

pub(super) fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes everything"),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The shortest digits that give the float back; an exponent below 1e-4 and from 1e15 on.
pub(super) fn float(n: f64, out: &mut String) {
    if !n.is_finite() {
        return out.push_str("null");
    }
    if n == 0.0 {
        return out.push_str(if n.is_sign_negative() { "-0.0" } else { "0.0" });
    }
    let scientific = format!("{n:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the format's exponent is a number");
    if (-4..15).contains(&exponent) {
        let plain = format!("{n}");
        out.push_str(&plain);
        if !plain.contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "{mantissa}e{sign}{:02}", exponent.abs()).expect("a String takes everything");
}
