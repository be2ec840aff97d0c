//! The reference of the command line, docs/cli.md, made from the descriptions that the program itself prints.

use std::fmt::Write;

use clap::{Arg, Command};

/// Writes the reference as Markdown.
pub fn markdown(description: Command) -> String {
    let mut root = description.term_width(100);
    root.build();
    let mut text = String::new();
    write_root(&root, &mut text);
    for command in visible(&root) {
        write_command(command, &format!("{} {}", root.get_name(), command.get_name()), 2, &mut text);
    }
    text
}

fn write_root(root: &Command, text: &mut String) {
    line(text, &format!("# {}\n", root.get_name()));
    line(text, "Generated from the program's own descriptions; `hypernix help COMMAND` prints the same.\n");
    paragraph(text, root);
    line(text, "| command | what it does |\n|---|---|");
    for command in visible(root) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        line(text, &format!("| [`{name}`](#hypernix-{name}) | {about} |", name = command.get_name()));
    }
    line(text, "\n## Global options\n");
    options(text, root.get_arguments().filter(|arg| arg.is_global_set() && !arg.is_hide_set()));
    line(text, EXIT_CODES);
}

const EXIT_CODES: &str = "## Exit codes

| code | meaning |
|---|---|
| 0 | done; with `--detailed-exitcode`: nothing to change |
| 1 | an error, a failed step, or the answer was no |
| 2 | with `--detailed-exitcode`: there are changes |

`console` with a command ends as that command did.
";

fn write_command(command: &Command, name: &str, level: usize, text: &mut String) {
    line(text, &format!("{} {name}\n", "#".repeat(level)));
    paragraph(text, command);
    let usage = command.clone().override_usage_name(name);
    line(text, &format!("```text\n{usage}\n```\n"));
    let own = || command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
    let own = || own().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"));
    if own().next().is_some() {
        options(text, own());
    }
    for inner in visible(command) {
        write_command(inner, &format!("{name} {}", inner.get_name()), level + 1, text);
    }
}

/// A command's usage line under its whole name.
trait UsageName {
    fn override_usage_name(self, name: &str) -> String;
}

impl UsageName for Command {
    fn override_usage_name(self, name: &str) -> String {
        let usage = self.bin_name(name.to_owned()).render_usage().to_string();
        usage.trim_start_matches("Usage: ").trim().to_owned()
    }
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn paragraph(text: &mut String, command: &Command) {
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        let about = about.to_string();
        let end = if about.trim().ends_with('.') { "" } else { "." };
        line(text, &format!("{}{end}\n", about.trim()));
    }
}

fn options<'a>(text: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    line(text, "| option | meaning |\n|---|---|");
    for argument in arguments {
        line(text, &format!("| {} | {} |", cell(&spelling(argument)), cell(&meaning(argument))));
    }
    line(text, "");
}

/// How an argument is written: `-a`, `--all`, `<FILE>`.
fn spelling(argument: &Arg) -> String {
    let names: Vec<String> = argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let takes_value = argument.get_action().takes_values();
    if argument.is_positional() {
        return format!("`{}`", names.first().cloned().unwrap_or_default());
    }
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let flags: Vec<String> = [short, long].into_iter().flatten().collect();
    let value = if takes_value { names.iter().map(|name| format!(" {name}")).collect() } else { String::new() };
    format!("`{}{value}`", flags.join("`, `"))
}

fn meaning(argument: &Arg) -> String {
    let mut text =
        argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string).unwrap_or_default();
    text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.ends_with('.') {
        text.push('.');
    }
    let choices = argument.get_possible_values();
    if !choices.is_empty() && argument.get_action().takes_values() {
        let names: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.get_name())).collect();
        text.push_str(&format!(" One of {}.", names.join(", ")));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() && argument.get_action().takes_values() {
        text.push_str(&format!(" Default: `{}`.", defaults.join(" ")));
    }
    if let Some(variable) = argument.get_env() {
        text.push_str(&format!(" Environment: `{}`.", variable.to_string_lossy()));
    }
    text
}

/// The text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes every text");
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::markdown;
    use crate::arguments::Arguments;

    #[test]
    fn the_reference_in_docs_is_up_to_date() {
        expect_file!["../../docs/cli.md"].assert_eq(&markdown(Arguments::description()));
    }
}
