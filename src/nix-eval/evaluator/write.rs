//! Values as bytes, in the forms that `nix-instantiate --eval` has.

use super::{Evaluated, Evaluator};
use crate::coerce::Coerce;
use crate::error::EvalError;
use crate::error::fault::Res;
use crate::source::Span;
use crate::value::Value;
use crate::xml::{Positions, Style};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As Nix.
    Nix,
    /// As JSON; everything inside is computed.
    Json,
    /// As XML.
    Xml,
    /// As XML that says where attributes and functions stand.
    LocatedXml,
    /// As the bytes of the string that it is.
    Raw,
}

/// How much of a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Its top; what is inside shows as delayed unless it happens to be known.
    Top,
    /// Everything inside.
    Whole,
}

impl<'a> Evaluator<'a> {
    /// Writes a value, without a line end after it except that of XML.
    ///
    /// # Errors
    /// When something inside fails, or cannot be written in this form.
    pub fn write(&mut self, value: Evaluated<'a>, form: Form, extent: Extent) -> Result<Vec<u8>, EvalError> {
        let written = self.written(value.0, form, extent);
        self.finish(written)
    }

    fn written(&mut self, value: Value<'a>, form: Form, extent: Extent) -> Res<Vec<u8>> {
        let text =
            match form {
                Form::Nix => {
                    if extent == Extent::Whole {
                        self.force_deep(value)?;
                    }
                    return self.print_value(value, extent);
                }
                Form::Json => self.json_text(value)?,
                Form::Xml => self.xml_text(value, Style { extent, positions: Positions::Omitted })?,
                Form::LocatedXml => self.xml_text(value, Style { extent, positions: Positions::Shown })?,
                Form::Raw => Value::Str(self.coerce(value, Coerce::Interpolation).map_err(|fault| {
                    fault.frame(Span::NONE, || "while writing the value as a raw string".to_owned())
                })?),
            };
        Ok(match text {
            Value::Str(text) => text.bytes.to_vec(),
            _ => Vec::new(),
        })
    }
}
