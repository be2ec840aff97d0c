//! Plans for people.

mod describe;
mod field;
mod style;
mod text;

pub use field::plain;
pub use style::{Colour, Style};
pub use text::{explain, text};
