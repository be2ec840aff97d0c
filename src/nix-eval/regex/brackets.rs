//! Sets of bytes, and bracket expressions that name them.

use super::Refusal;

/// A set of bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut set = Self::default();
        for byte in bytes {
            set.add(*byte);
        }
        set
    }

    pub(super) fn all() -> Self {
        Self::default().complement()
    }

    fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn add_where(&mut self, belongs: impl Fn(u8) -> bool) {
        (0..=u8::MAX).filter(|byte| belongs(*byte)).for_each(|byte| self.add(byte));
    }

    pub(super) fn complement(self) -> Self {
        Self(self.0.map(|bits| !bits))
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|index| self.0[index] | other.0[index]))
    }

    #[inline]
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

/// What a bracket expression read last: only a single character can begin a range.
#[derive(Clone, Copy)]
enum Last {
    /// A range, or nothing yet.
    Nothing,
    Byte(u8),
    Class,
}

/// Reads the rest of a bracket expression after its `[`. A backslash means itself in it.
pub(super) fn read(rest: &mut &[u8]) -> Result<ByteSet, Refusal> {
    let is_negated = take_if(rest, b'^');
    let mut set = ByteSet::default();
    let mut last = Last::Nothing;
    let mut is_first = true;
    loop {
        let byte = take(rest)?;
        match byte {
            b']' if !is_first => break,
            b'-' if is_first => last = Last::Byte(b'-'),
            b'-' => last = dash(rest, last, &mut set)?,
            b'[' if matches!(rest.first(), Some(b':' | b'.' | b'=')) => last = named(rest, &mut set)?,
            other => last = Last::Byte(other),
        }
        // A character is in the set even if it turns out to begin a range.
        if let Last::Byte(byte) = last {
            set.add(byte);
        }
        is_first = false;
    }
    Ok(if is_negated { set.complement() } else { set })
}

/// A dash that is not the first: a range, or itself before the closing bracket.
fn dash(rest: &mut &[u8], last: Last, set: &mut ByteSet) -> Result<Last, Refusal> {
    match last {
        Last::Class => Err(Refusal::Malformed),
        _ if rest.first() == Some(&b']') => Ok(Last::Byte(b'-')),
        Last::Nothing => Err(Refusal::Malformed),
        Last::Byte(first) => {
            let end = take(rest)?;
            if end == b'[' && matches!(rest.first(), Some(b':' | b'.' | b'=')) {
                return Err(Refusal::Malformed);
            }
            // The C++ library compares characters, which have signs.
            let (low, high) = (first.cast_signed(), end.cast_signed());
            if low > high {
                return Err(Refusal::Malformed);
            }
            set.add_where(|byte| (low..=high).contains(&byte.cast_signed()));
            Ok(Last::Nothing)
        }
    }
}

/// Reads the rest of `[:class:]`, `[.x.]` or `[=x=]`.
fn named(rest: &mut &[u8], set: &mut ByteSet) -> Result<Last, Refusal> {
    let kind = take(rest)?;
    let len = rest.iter().take_while(|byte| **byte != kind).count();
    let (name, after) = rest.split_at(len);
    let Some(after) = after.strip_prefix(&[kind, b']']) else { return Err(Refusal::Malformed) };
    *rest = after;
    match kind {
        b':' => {
            let belongs = class(&name.to_ascii_lowercase()).ok_or(Refusal::Malformed)?;
            set.add_where(|byte| belongs(&byte));
            Ok(Last::Class)
        }
        b'=' => {
            let byte = collating_element(name).ok_or(Refusal::Malformed)?;
            set.add_where(|other| other.eq_ignore_ascii_case(&byte));
            Ok(Last::Class)
        }
        _ => collating_element(name).map(Last::Byte).ok_or(Refusal::Malformed),
    }
}

fn class(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"d" | b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        b"punct" => u8::is_ascii_punctuation,
        b"s" | b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"w" => |byte| byte.is_ascii_alphanumeric() || *byte == b'_',
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

/// POSIX's names of the ASCII characters but letters, in their order.
const NAMES: [(u8, &str); 3] = [
    (
        0,
        "NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI DLE DC1 \
         DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 space exclamation-mark quotation-mark number-sign \
         dollar-sign percent-sign ampersand apostrophe left-parenthesis right-parenthesis asterisk plus-sign comma \
         hyphen period slash zero one two three four five six seven eight nine colon semicolon less-than-sign \
         equals-sign greater-than-sign question-mark commercial-at",
    ),
    (b'[', "left-square-bracket backslash right-square-bracket circumflex underscore grave-accent"),
    (b'{', "left-curly-bracket vertical-line right-curly-bracket tilde DEL"),
];

fn collating_element(name: &[u8]) -> Option<u8> {
    if let [letter] = name
        && letter.is_ascii_alphabetic()
    {
        return Some(*letter);
    }
    NAMES.iter().find_map(|(first, names)| {
        let at = names.split_ascii_whitespace().position(|known| known.as_bytes() == name)?;
        Some(first + at as u8)
    })
}

fn take(rest: &mut &[u8]) -> Result<u8, Refusal> {
    let (first, after) = rest.split_first().ok_or(Refusal::Malformed)?;
    *rest = after;
    Ok(*first)
}

fn take_if(rest: &mut &[u8], wanted: u8) -> bool {
    let is_there = rest.first() == Some(&wanted);
    if is_there {
        *rest = &rest[1..];
    }
    is_there
}
