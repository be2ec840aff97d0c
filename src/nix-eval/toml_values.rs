//! `builtins.fromTOML`.

mod newer;
mod timestamp;

use crate::attrs::{Attr, Attrs, Builder};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::lower::null_bytes;
use crate::settings::TomlTimestamps;
use crate::symbols::VALUE;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// Reads a whole TOML text.
    pub(crate) fn parse_toml(&mut self, text: &[u8]) -> Res<Value<'a>> {
        let text = std::str::from_utf8(text).map_err(|e| fault(&e.to_string()))?;
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| fault(e.message()))?;
        if let Some(problem) = newer::find(text) {
            return Err(fault(problem));
        }
        self.toml_table(&table)
    }

    fn toml_table(&mut self, table: &toml::Table) -> Res<Value<'a>> {
        let mut entries = Vec::with_capacity(table.len());
        for (name, value) in table {
            refuse_null_bytes(name)?;
            let name = self.symbols.intern(self.arena, name.as_bytes());
            let value = self.deeper(|this| this.toml_value(value))?;
            entries.push(Attr { name, position: 0, value: self.arena.cell(value) });
        }
        Ok(Value::Attrs(Attrs::from_unsorted(self.arena, entries)))
    }

    fn toml_value(&mut self, value: &toml::Value) -> Res<Value<'a>> {
        Ok(match value {
            toml::Value::String(text) => {
                refuse_null_bytes(text)?;
                self.string(text.as_bytes())
            }
            toml::Value::Integer(n) => Value::Int(*n),
            toml::Value::Float(n) => Value::Float(*n),
            toml::Value::Boolean(b) => Value::Bool(*b),
            toml::Value::Datetime(time) if self.settings.toml_timestamps == TomlTimestamps::Accepted => {
                let text = timestamp::text(time).ok_or_else(|| fault("a time must have seconds"))?;
                let text = self.string(text.as_bytes());
                let kind = self.string(b"timestamp");
                let name = self.symbols.intern(self.arena, b"_type");
                let mut set = Builder::new(self.arena).with(VALUE, text);
                set.push(name, kind);
                set.finish()
            }
            toml::Value::Datetime(_) => return Err(fault("Dates and times are not supported")),
            toml::Value::Array(items) => {
                let mut cells = Vec::with_capacity(items.len());
                for item in items {
                    let value = self.deeper(|this| this.toml_value(item))?;
                    cells.push(self.arena.cell(value));
                }
                self.list(&cells)
            }
            toml::Value::Table(table) => return self.toml_table(table),
        })
    }
}

fn refuse_null_bytes(text: &str) -> Res<()> {
    if !text.contains('\0') {
        return Ok(());
    }
    Err(fault(&format!("error: {}", null_bytes(text).message)))
}

fn fault(problem: &str) -> Box<Fault> {
    Fault::new(ErrorKind::Value, format!("while parsing TOML: {problem}"))
}
