//! `import` of a derivation's file.

use super::paths_value;
use crate::attrs::Builder;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::store::StorePath;
use crate::symbols::{ALL, DRV_PATH, NAME, OUT_PATH, OUTPUT_NAME, TYPE};
use crate::value::{Ref, Value};

impl<'a> Evaluator<'a> {
    /// The set of the first output, as `derivation` gives it but without what the derivation was made of.
    pub(in crate::builtins) fn imported_derivation(&mut self, path: &StorePath) -> Res<Value<'a>> {
        let drv = self.read_derivation(path)?;
        let known = self.known_derivation(path)?;
        let Value::Attrs(paths) = paths_value(self, path, &known) else { unreachable!("the paths are a set") };
        let mut names = Vec::with_capacity(drv.outputs.len());
        for name in drv.outputs.keys() {
            names.push(self.symbols.intern(self.arena, name.as_bytes()));
        }
        let cells: Vec<Ref<'a>> = names.iter().map(|_| self.arena.cell(Value::Null)).collect();
        let mut common = Builder::new(self.arena);
        common.push(ALL, self.list(&cells));
        common.push(DRV_PATH, paths.value(DRV_PATH).map_or(Value::Null, |drv| drv.get()));
        common.push(NAME, self.string(drv.env.get(&b"name"[..]).map_or(b"", Vec::as_slice)));
        common.push(TYPE, self.string(b"derivation"));
        for (name, cell) in names.iter().zip(&cells) {
            common.push(*name, Value::Alias(cell));
        }
        let Value::Attrs(common) = common.finish() else { unreachable!("a builder makes a set") };
        for (name, cell) in names.iter().zip(&cells) {
            let own = Builder::new(self.arena)
                .with(OUT_PATH, paths.value(*name).map_or(Value::Null, |path| path.get()))
                .with(OUTPUT_NAME, Value::Str(self.symbols.string(*name)));
            let Value::Attrs(own) = own.finish() else { unreachable!("a builder makes a set") };
            cell.put(self.arena.word(Value::Attrs(common.update(self.arena, own))));
        }
        let first = cells.first().map(|first| first.get());
        first.ok_or_else(|| Fault::new(ErrorKind::Value, "'builtins.head' called on an empty list"))
    }
}
