use super::Arena;
use crate::value::Value;

#[test]
fn what_is_put_in_stays_where_it_is_while_chunks_are_added() {
    let arena = Arena::new();
    let numbers: Vec<&u64> = (0..100_000).map(|n| arena.alloc(n)).collect();
    let large = arena.slice_with(1 << 20, |index| index as u8);
    assert!(numbers.iter().enumerate().all(|(index, n)| **n == index as u64));
    assert!(large.iter().enumerate().all(|(index, byte)| *byte == index as u8));
    assert!(arena.bytes() >= 100_000 * 8 + (1 << 20));
}

#[test]
fn alignment_is_kept_between_bytes() {
    let arena = Arena::new();
    for n in 0..100u8 {
        arena.alloc(n);
        let word = arena.alloc(u64::from(n));
        assert!(std::ptr::from_ref(word).is_aligned());
        assert_eq!(*word, u64::from(n));
    }
}

#[test]
fn frames_reach_the_slots_of_the_frames_around_them() {
    let arena = Arena::new();
    let outer = arena.frame(None, 2, |index| arena.word(Value::Int(index as i64)));
    let inner = arena.frame(Some(outer), 1, |_| arena.word(Value::Int(10)));
    inner.slot(1, 0).put(arena.word(Value::Int(5)));
    let numbers = [inner.own(0), inner.slot(1, 0), inner.slot(1, 1)].map(|cell| match cell.get() {
        Value::Int(n) => n,
        _ => -1,
    });
    assert_eq!(numbers, [10, 5, 1]);
}

#[test]
fn numbers_of_all_sizes_come_out_of_slots_as_they_went_in() {
    let arena = Arena::new();
    let edge = 1i64 << 59;
    for n in [0, 1, -1, edge - 1, edge, -edge, -edge - 1, i64::MAX, i64::MIN] {
        assert!(matches!(arena.cell(Value::Int(n)).get(), Value::Int(same) if same == n), "{n}");
    }
    for n in [0.0, -0.0, 0.1, f64::MAX, f64::NAN] {
        assert!(
            matches!(arena.cell(Value::Float(n)).get(), Value::Float(same) if same.to_bits() == n.to_bits()),
            "{n}"
        );
    }
}

#[test]
fn lists_reach_their_elements_and_their_rest() {
    let arena = Arena::new();
    let items = arena.items_with(3, |index| arena.cell(Value::Int(index as i64)));
    let cell = arena.cell(Value::List(items));
    let Value::List(again) = cell.get() else { panic!("a list went in") };
    let numbers = |items: crate::value::Items<'_>| -> Vec<bool> {
        items.iter().map(|item| matches!(item.get(), Value::Int(n) if n > 0)).collect()
    };
    assert_eq!(numbers(again), [false, true, true]);
    assert_eq!(again.rest().map(numbers), Some(vec![true, true]));
    assert!(again.get(3).is_none());
}
