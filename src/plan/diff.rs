//! What differs between the declaration, what we last applied and what is there, leaf by leaf.

mod canonical;
mod leaves;
mod three_way;

pub(crate) use leaves::Leaves;
pub(crate) use three_way::{Difference, ThreeWay, three_way};
