//! Hashing, and hashes in other notations.

use super::{Builtin, prefixed};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::evaluator::limits::BYTES_A_UNIT;
use crate::hash::{Algorithm, Format, Hash};
use crate::path_text::canonical;
use crate::source::Span;
use crate::symbols::{HASH, HASH_ALGO, TO_HASH_FORMAT};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("hashString", 2, hash_string),
    prefixed("hashFile", 2, hash_file),
    prefixed("convertHash", 1, convert_hash),
];

fn algorithm_arg<'a>(e: &mut Evaluator<'a>, value: Value<'a>) -> Res<Algorithm> {
    let name = e.plain_arg(value)?;
    Algorithm::parse(name)
}

fn hash_string<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let algorithm = algorithm_arg(e, args[0])?;
    let text = e.string_arg(args[1])?;
    e.charge(text.bytes.len() / BYTES_A_UNIT)?;
    Ok(e.string(hex::encode(algorithm.digest(text.bytes)).as_bytes()))
}

fn hash_file<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let algorithm = algorithm_arg(e, args[0])?;
    let path = e.path_arg(args[1])?;
    let bytes = e.read_file(&super::io::host_path(&canonical(&path)))?;
    Ok(e.string(hex::encode(algorithm.digest(&bytes)).as_bytes()))
}

fn convert_hash<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let set = e.attrs_arg(args[0])?;
    let hash = e.required(set, HASH)?;
    let hash = e.plain_arg(Value::Alias(hash))?;
    let algorithm = match set.value(HASH_ALGO) {
        Some(algorithm) => Some(algorithm_arg(e, Value::Alias(algorithm))?),
        None => None,
    };
    let format = e.required(set, TO_HASH_FORMAT)?;
    let format = e.plain_arg(Value::Alias(format))?;
    if format == b"base32" {
        (e.settings.trace)("warning: \"base32\" is a deprecated alias for hash format \"nix32\".");
    }
    let Some(format) = Format::parse(format) else {
        let message = format!(
            "unknown hash format '{}', expect 'base16', 'base32', 'base64', or 'sri'",
            String::from_utf8_lossy(format)
        );
        return Err(Fault::new(ErrorKind::Value, message));
    };
    let hash = Hash::parse(hash, algorithm)?;
    Ok(e.string(format.write(&hash).as_bytes()))
}
