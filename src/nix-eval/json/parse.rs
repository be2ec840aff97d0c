//! `builtins.fromJSON`: JSON text straight to values.

use crate::attrs::{Attr, Attrs};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::lower::null_bytes;
use crate::value::{Ref, Value};

/// May stand before the text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// JSON text and how far it is read.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'a> Evaluator<'a> {
    /// Reads a whole JSON text.
    pub(crate) fn parse_json(&mut self, text: &[u8]) -> Res<Value<'a>> {
        let mut reader = Reader { text, at: 0 };
        reader.take(BYTE_ORDER_MARK);
        let value = self.json_in(&mut reader)?;
        reader.skip_space();
        if reader.at < text.len() {
            return Err(reader.fault("unexpected text after the value"));
        }
        Ok(value)
    }

    fn json_in(&mut self, reader: &mut Reader<'_>) -> Res<Value<'a>> {
        reader.skip_space();
        match reader.peek() {
            Some(b'{') => self.deeper(|this| this.json_object(reader)),
            Some(b'[') => self.deeper(|this| this.json_array(reader)),
            Some(b'"') => {
                let text = reader.string()?;
                Ok(self.string(&text))
            }
            Some(b'-' | b'0'..=b'9') => reader.number(),
            _ if reader.take(b"true") => Ok(Value::Bool(true)),
            _ if reader.take(b"false") => Ok(Value::Bool(false)),
            _ if reader.take(b"null") => Ok(Value::Null),
            _ => Err(reader.fault("a value is expected")),
        }
    }

    fn json_array(&mut self, reader: &mut Reader<'_>) -> Res<Value<'a>> {
        reader.at += 1;
        let mut items: Vec<Ref<'a>> = Vec::new();
        reader.skip_space();
        if reader.take(b"]") {
            return Ok(self.list(&items));
        }
        loop {
            let value = self.json_in(reader)?;
            items.push(self.arena.cell(value));
            reader.skip_space();
            if reader.take(b"]") {
                return Ok(self.list(&items));
            }
            if !reader.take(b",") {
                return Err(reader.fault("',' or ']' is expected"));
            }
        }
    }

    fn json_object(&mut self, reader: &mut Reader<'_>) -> Res<Value<'a>> {
        reader.at += 1;
        let mut entries: Vec<Attr<'a>> = Vec::new();
        reader.skip_space();
        if !reader.take(b"}") {
            loop {
                reader.skip_space();
                if reader.peek() != Some(b'"') {
                    return Err(reader.fault("a name in quotes is expected"));
                }
                let name = reader.string()?;
                let name = self.symbols.intern(self.arena, &name);
                reader.skip_space();
                if !reader.take(b":") {
                    return Err(reader.fault("':' is expected"));
                }
                let value = self.json_in(reader)?;
                entries.push(Attr { name, position: 0, value: self.arena.cell(value) });
                reader.skip_space();
                if reader.take(b"}") {
                    break;
                }
                if !reader.take(b",") {
                    return Err(reader.fault("',' or '}' is expected"));
                }
            }
        }
        // Of equal names the last one counts.
        entries.reverse();
        Ok(Value::Attrs(Attrs::from_unsorted(self.arena, entries)))
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &[u8]) -> bool {
        let is_there = self.text[self.at..].starts_with(word);
        if is_there {
            self.at += word.len();
        }
        is_there
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number<'a>(&mut self) -> Res<Value<'a>> {
        let start = self.at;
        self.take(b"-");
        let leading_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || (leading_zero && digits > 1) {
            return Err(self.fault("a number is malformed"));
        }
        let mut is_integer = true;
        if self.take(b".") {
            is_integer = false;
            if self.digits() == 0 {
                return Err(self.fault("a number is malformed"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.fault("a number is malformed"));
            }
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).expect("digits and signs are ASCII");
        if is_integer {
            if let Ok(n) = text.parse::<i64>() {
                return Ok(Value::Int(n));
            }
            if text.parse::<u64>().is_ok() {
                let message = format!("unsigned json number {text} outside of Nix integer range");
                return Err(Fault::new(ErrorKind::Value, message));
            }
        }
        match text.parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Value::Float(n)),
            _ => Err(self.fault("a number is out of range")),
        }
    }

    fn string(&mut self) -> Res<Vec<u8>> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let Some(byte) = self.peek() else { return Err(self.fault("a string does not end")) };
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => self.escape(&mut out)?,
                0..=0x1f => return Err(self.fault("a control character must be escaped")),
                other => out.push(other),
            }
        }
        if std::str::from_utf8(&out).is_err() {
            return Err(self.fault("a string is not UTF-8"));
        }
        if out.contains(&0) {
            return Err(null_bytes(&String::from_utf8_lossy(&out)));
        }
        Ok(out)
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Res<()> {
        let Some(byte) = self.peek() else { return Err(self.fault("a string does not end")) };
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let c = self.unicode()?;
                out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.fault("an escape is unknown")),
        });
        Ok(())
    }

    fn unicode(&mut self) -> Res<char> {
        let first = self.hex4()?;
        let code = if (0xd800..0xdc00).contains(&first) && self.take(b"\\u") {
            let second = self.hex4()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.fault("a surrogate lacks its partner"));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.fault("a surrogate lacks its partner"))
    }

    fn hex4(&mut self) -> Res<u32> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.fault("four hexadecimal digits are expected"))
    }

    #[cold]
    fn fault(&self, problem: &str) -> Box<Fault> {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Fault::new(ErrorKind::Value, format!("failed to parse JSON: {problem} at line {line}, column {column}"))
    }
}
