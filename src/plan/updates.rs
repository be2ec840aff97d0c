//! Writes docs/updates.md from the tables.

use std::fmt::Write as _;

use model::Kind;

use crate::matrix::{Class, table};

const HEAD: &str = "# What a change costs

Every field of every resource has a row here that says what changing it costs. The tables are the ones that planning
reads (`src/plan/matrix/`); this page is generated from them: `UPDATE_EXPECT=1 cargo test -p plan updates`.

`*` stands for one name, a last `**` for everything below. A row such as `disks.*` stands for adding and removing a
disk; `disks.*.cache` for changing a disk that stays.

";

const TITLES: [(Kind, &str); 11] = [
    (Kind::Domain, "Domains"),
    (Kind::Container, "Containers"),
    (Kind::Network, "libvirt networks"),
    (Kind::Pool, "Storage pools"),
    (Kind::Volume, "Volumes"),
    (Kind::DockerNetwork, "Docker networks"),
    (Kind::DockerVolume, "Docker volumes"),
    (Kind::Image, "Disk images"),
    (Kind::Seed, "cloud-init seeds"),
    (Kind::File, "Files"),
    (Kind::ContainerImage, "Container images"),
];

/// The text of docs/updates.md.
pub fn updates_document() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| class | meaning |\n|---|---|\n");
    for class in Class::ALL {
        line(&mut text, &format!("| {} | {} |", class.word(), class.meaning()));
    }
    for (kind, title) in TITLES {
        line(&mut text, &format!("\n## {title}\n\n| field | class | how, or why not better |\n|---|---|---|"));
        for row in table(kind) {
            let class = match row.only_if {
                None => row.class.word().to_owned(),
                Some((condition, otherwise)) => {
                    format!("{} if {}, else {}", row.class.word(), condition.word(), otherwise.word())
                }
            };
            line(&mut text, &format!("| `{}` | {class} | {} |", row.fields, row.how));
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests;
