//! Gathering the attributes of a derivation.

use std::collections::BTreeSet;

use super::outputs::Promise;
use crate::attrs::{Attr, Attrs};
use crate::builtins::arguments::share;
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::hash::Algorithm;
use crate::json::quoted;
use crate::store::{Derivation, InputHashes, Method, bad_path};
use crate::strings::{ContextElement, Str};
use crate::symbols::{IGNORE_NULLS, STRUCTURED_ATTRS};
use crate::value::Value;

/// Attributes that have no effect beside structured ones.
const ONLY_PLAIN: [&[u8]; 6] = [
    b"allowedReferences",
    b"allowedRequisites",
    b"disallowedReferences",
    b"disallowedRequisites",
    b"maxSize",
    b"maxClosureSize",
];

/// A derivation in the making.
pub(super) struct Draft<'a> {
    pub(super) drv: Derivation,
    pub(super) context: BTreeSet<ContextElement<'a>>,
    pub(super) outputs: BTreeSet<String>,
    pub(super) promise: Promise,
    /// The attributes as JSON so far, where they go to the builder as one document.
    json: Option<String>,
    ignore_nulls: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(e: &mut Evaluator<'a>, given: &'a Attrs<'a>, name: &str) -> Res<Self> {
        let mut flag = |symbol| match given.value(symbol) {
            Some(flag) => e.bool_arg(share(flag)),
            None => Ok(false),
        };
        let json = flag(STRUCTURED_ATTRS)?.then(String::new);
        let ignore_nulls = flag(IGNORE_NULLS)?;
        let drv = Derivation { name: name.to_owned(), ..Derivation::default() };
        let outputs = BTreeSet::from(["out".to_owned()]);
        Ok(Self { drv, context: BTreeSet::new(), outputs, promise: Promise::default(), json, ignore_nulls })
    }

    /// Takes the next attribute, in the order of their names.
    pub(super) fn attribute(&mut self, e: &mut Evaluator<'a>, attr: Attr<'a>) -> Res<()> {
        if attr.name == IGNORE_NULLS {
            return Ok(());
        }
        let value = share(attr.value);
        if self.ignore_nulls && matches!(e.force_value(value)?, Value::Null) {
            return Ok(());
        }
        match e.symbols.bytes(attr.name) {
            b"__contentAddressed" => self.refuse_unknown_paths(e, value, "content-addressed"),
            b"__impure" => self.refuse_unknown_paths(e, value, "impure"),
            b"args" => {
                for arg in e.list_arg(value)?.iter() {
                    let text = self.environment_text(e, share(arg))?;
                    self.drv.args.push(text.bytes.to_vec());
                }
                Ok(())
            }
            b"__structuredAttrs" if self.json.is_some() => Ok(()),
            name if self.json.is_some() => self.structured(e, name, value),
            b"__json" => self.given_json(e, value),
            name => self.plain(e, name, value),
        }
    }

    fn refuse_unknown_paths(&self, e: &mut Evaluator<'a>, value: Value<'a>, what: &str) -> Res<()> {
        if !e.bool_arg(value)? {
            return Ok(());
        }
        let message = format!(
            "derivation '{}' is {what}: the paths of its outputs are known only after it is built",
            self.drv.name
        );
        let help = "this evaluator builds nothing; leave the attribute out, or promise the contents with `outputHash`";
        Err(Fault::new(ErrorKind::Unsupported, message).help(Some(help.to_owned())))
    }

    /// A value as a builder's environment has it; paths are copied to the store.
    fn environment_text(&mut self, e: &mut Evaluator<'a>, value: Value<'a>) -> Res<&'a Str<'a>> {
        let value = e.force_value(value)?;
        let text = e.coerce(value, Coerce::Environment)?;
        self.context.extend(text.context.unwrap_or_default());
        Ok(text)
    }

    fn plain(&mut self, e: &mut Evaluator<'a>, name: &[u8], value: Value<'a>) -> Res<()> {
        let text = self.environment_text(e, value)?.bytes;
        self.drv.env.insert(name.to_vec(), text.to_vec());
        match name {
            b"builder" => self.drv.builder = text.to_vec(),
            b"system" => self.drv.platform = text.to_vec(),
            b"outputs" => {
                let words = text.split(|c| b" \t\n\r".contains(c)).filter(|word| !word.is_empty());
                self.set_outputs(words)?;
            }
            _ => self.promised(name, text)?,
        }
        Ok(())
    }

    fn promised(&mut self, name: &[u8], text: &[u8]) -> Res<()> {
        match name {
            b"outputHash" => self.promise.hash = Some(text.to_vec()),
            b"outputHashAlgo" => self.promise.algorithm = Algorithm::known(text),
            b"outputHashMode" => self.promise.method = Some(method(text, &self.drv.name)?),
            _ => {}
        }
        Ok(())
    }

    fn structured(&mut self, e: &mut Evaluator<'a>, name: &[u8], value: Value<'a>) -> Res<()> {
        let forced = e.force_value(value)?;
        let Value::Str(text) = e.json_text(forced)? else { unreachable!("JSON is a string") };
        self.context.extend(text.context.unwrap_or_default());
        let json = self.json.get_or_insert_default();
        json.push(if json.is_empty() { '{' } else { ',' });
        quoted(name, json)?;
        json.push(':');
        json.push_str(&String::from_utf8_lossy(text.bytes));
        match name {
            b"builder" => {
                let text = e.string_arg(value)?;
                self.context.extend(text.context.unwrap_or_default());
                self.drv.builder = text.bytes.to_vec();
            }
            b"system" => self.drv.platform = e.plain_arg(value)?.to_vec(),
            b"outputHash" | b"outputHashAlgo" | b"outputHashMode" => {
                let text = e.plain_arg(value)?;
                self.promised(name, text)?;
            }
            b"outputs" => {
                let items = e.list_arg(value)?;
                let words = items.iter().map(|item| e.plain_arg(share(item))).collect::<Res<Vec<_>>>()?;
                self.set_outputs(words.into_iter())?;
            }
            _ if ONLY_PLAIN.contains(&name) => {
                let name = String::from_utf8_lossy(name);
                (e.settings.trace)(&format!(
                    "warning: In a derivation named '{}', 'structuredAttrs' disables the effect of the derivation \
                     attribute '{name}'; use 'outputChecks.<output>.{name}' instead",
                    self.drv.name
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// Structured attributes in the form they had before there was a switch for them.
    fn given_json(&mut self, e: &mut Evaluator<'a>, value: Value<'a>) -> Res<()> {
        let text = self.environment_text(e, value)?.bytes;
        (e.settings.trace)(&format!(
            "warning: In derivation '{}': setting structured attributes via '__json' is deprecated, and may be \
             disallowed in future versions of Nix. Set '__structuredAttrs = true' instead.",
            self.drv.name
        ));
        let parsed = e.parse_json(text).map_err(|mut fault| {
            fault.message.insert_str(0, "cannot process __json attribute: ");
            fault
        })?;
        let Value::Str(text) = e.json_text(parsed)? else { unreachable!("JSON is a string") };
        self.drv.env.insert(b"__json".to_vec(), text.bytes.to_vec());
        Ok(())
    }

    fn set_outputs<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>) -> Res<()> {
        let refuse = |message: String| Err(Fault::new(ErrorKind::Value, message));
        self.outputs.clear();
        for word in words {
            let word = String::from_utf8_lossy(word).into_owned();
            if word == "drvPath" {
                return refuse("invalid derivation output name 'drvPath'".to_owned());
            }
            if !self.outputs.insert(word.clone()) {
                return refuse(format!("duplicate derivation output '{word}'"));
            }
        }
        if self.outputs.is_empty() {
            return refuse("derivation cannot have an empty set of outputs".to_owned());
        }
        Ok(())
    }

    /// The derivation with the paths of its outputs, and the hashes of its inputs.
    pub(super) fn finish(mut self, e: &mut Evaluator<'a>) -> Res<(Derivation, InputHashes)> {
        if let Some(mut json) = self.json.take() {
            json.push_str(if json.is_empty() { "{}" } else { "}" });
            self.drv.env.insert(b"__json".to_vec(), json.into_bytes());
        }
        let mut drv = std::mem::take(&mut self.drv);
        e.add_inputs(&mut drv, &self.context)?;
        for (value, name) in [(&drv.builder, "builder"), (&drv.platform, "system")] {
            if value.is_empty() {
                return Err(Fault::new(ErrorKind::Value, format!("required attribute '{name}' missing")));
            }
        }
        if drv.name.ends_with(".drv") {
            let message = "derivation names are allowed to end in '.drv' only if they produce a single derivation file";
            return Err(Fault::new(ErrorKind::Value, message));
        }
        self.promise.set_outputs(e, &mut drv, &self.outputs)?;
        let hashes = e.input_hashes(&drv)?;
        let masked = drv.masked_modulo(&e.store.dir, &hashes);
        drv.fill_outputs(&e.store.dir, masked.digest()).map_err(bad_path)?;
        Ok((drv, hashes))
    }
}

fn method(text: &[u8], name: &str) -> Res<Method> {
    let (message, kind) = match text {
        b"recursive" | b"nar" => return Ok(Method::Nar),
        b"flat" => return Ok(Method::Flat),
        b"text" | b"git" => {
            let shown = String::from_utf8_lossy(text);
            (
                format!(
                    "outputHashMode = \"{shown}\" of derivation '{name}' is experimental in Nix and not offered here"
                ),
                ErrorKind::Unsupported,
            )
        }
        _ => {
            let shown = String::from_utf8_lossy(text);
            (format!("invalid value '{shown}' for 'outputHashMode' attribute"), ErrorKind::Value)
        }
    };
    let help = "use \"flat\" for a file and \"recursive\" for a folder".to_owned();
    Err(Fault::new(kind, message).help(Some(help)))
}
