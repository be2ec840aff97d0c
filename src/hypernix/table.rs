//! Tables: columns without lines, as users of virsh and docker know them.

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use crate::output::Output;

/// A table under construction.
#[derive(Debug)]
pub struct Listing {
    table: Table,
}

/// What a cell's text means, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Attention,
    /// Wrong.
    Bad,
    /// Of lesser interest.
    Faint,
    /// Nothing in particular.
    Plain,
}

impl Listing {
    /// Makes an empty table with these column titles.
    pub fn new<'a>(titles: impl IntoIterator<Item = &'a str>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(titles.into_iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        Self { table }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = (String, Tone)>) {
        self.table.add_row(cells.into_iter().map(|(text, tone)| styled(&text, tone)));
    }

    /// The table as text, coloured where the output is. Rows are never folded: half a word in a column helps nobody.
    pub fn print(mut self, output: &Output) -> String {
        if output.colours() {
            self.table.enforce_styling()
        } else {
            self.table.force_no_tty()
        };
        self.lines()
    }

    fn lines(mut self) -> String {
        for column in self.table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        self.table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// A cell without meaning for its colour.
pub fn plain(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Plain)
}

fn styled(text: &str, tone: Tone) -> Cell {
    let cell = Cell::new(text);
    match tone {
        Tone::Good => cell.fg(Color::Green),
        Tone::Attention => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
        Tone::Faint => cell.add_attribute(Attribute::Dim),
        Tone::Plain => cell,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{Listing, Tone, plain};

    #[test]
    fn columns_line_up_without_lines_or_trailing_blanks() {
        let mut listing = Listing::new(["NAME", "STATE", "IMAGE"]);
        listing.row([plain("web"), ("running".to_owned(), Tone::Good), plain("debian-12.qcow2")]);
        listing.row([plain("database"), ("off".to_owned(), Tone::Faint), plain("")]);
        listing.table.force_no_tty();
        expect![[r#"
            NAME      STATE    IMAGE
            web       running  debian-12.qcow2
            database  off
        "#]]
        .assert_eq(&listing.lines());
    }
}
