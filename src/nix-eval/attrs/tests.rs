use std::collections::BTreeMap;

use super::{Attr, Attrs};
use crate::arena::Arena;
use crate::symbols::Symbol;
use crate::value::Value;

/// A small generator of numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn contents<'a>(arena: &'a Arena, set: &Attrs<'a>) -> Vec<(u32, u32, i64)> {
    let entries = set.entries(arena).iter();
    entries.map(|attr| (attr.name.0, attr.position, number(attr.value.get()))).collect()
}

fn number(value: Value<'_>) -> i64 {
    let Value::Int(n) = value else { panic!("only numbers were put in") };
    n
}

#[test]
fn updates_in_any_order_and_layering_are_those_of_a_map() {
    for seed in 0..200 {
        let arena = Arena::new();
        let mut numbers = Numbers(seed);
        let (mut set, mut model) = (Attrs::from_sorted(&arena, &[]), BTreeMap::new());
        for step in 0..60 {
            let size = [1, 2, 3, 20][numbers.below(4) as usize];
            let mut entries = Vec::new();
            for _ in 0..size {
                let (name, value) = (numbers.below(80) as u32, numbers.below(1000) as i64);
                let position = numbers.below(3) as u32;
                if entries.iter().all(|attr: &Attr<'_>| attr.name.0 != name) {
                    entries.push(Attr { name: Symbol(name), position, value: arena.cell(Value::Int(value)) });
                    model.insert(name, (position, value));
                }
            }
            let other = Attrs::from_unsorted(&arena, entries);
            let updated = set.update(&arena, other);
            if numbers.below(5) == 0 {
                set.entries(&arena);
            }
            set = updated;
            assert_eq!(set.len(), model.len(), "seed {seed}, step {step}");
            let name = Symbol(numbers.below(80) as u32);
            let found = set.find(name).map(|attr| (attr.position, number(attr.value.get())));
            assert_eq!(found, model.get(&name.0).copied(), "seed {seed}, step {step}");
            assert_eq!(set.value(name).map(|cell| number(cell.get())), found.map(|(_, value)| value));
        }
        let expected: Vec<_> = model.iter().map(|(name, (position, value))| (*name, *position, *value)).collect();
        assert_eq!(contents(&arena, set), expected, "seed {seed}");
    }
}
