//! Random programs, ours against Nix.
//!
//! `NIX_DIFFERENTIAL_PROGRAMS=10000 cargo test -p nix-eval --test differential` compares that many (300 without it);
//! `NIX_DIFFERENTIAL_SEED` repeats a run. A program on which the two differ is made smaller before it is shown.

mod builtins;
mod generator;
#[path = "../oracle/mod.rs"]
mod oracle;
mod random;
mod tree;
mod types;

use generator::Generator;
use nix_eval::Settings;
use oracle::{Oracle, agree, ours};
use random::Random;
use tree::Tree;

/// How many programs a plain `cargo test` compares.
const USUAL: u64 = 300;

/// How many programs are compared at a time.
const BATCH: u64 = 500;

/// How many smaller programs are tried for one that differs.
const SHRINKING_STEPS: usize = 400;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("the variable is a number"))
}

#[test]
fn random_programs_mean_the_same_to_nix() {
    let Some(oracle) = Oracle::find() else { return };
    let (programs, first) = (number("NIX_DIFFERENTIAL_PROGRAMS", USUAL), number("NIX_DIFFERENTIAL_SEED", 1));
    let mut failures = Vec::new();
    let mut values = 0;
    for batch in (first..first + programs).step_by(BATCH as usize) {
        let seeds = batch..(batch + BATCH).min(first + programs);
        let trees: Vec<Tree> = seeds.clone().map(program).collect();
        let texts: Vec<String> = trees.iter().map(Tree::to_string).collect();
        for ((seed, tree), nix) in seeds.zip(&trees).zip(oracle.outcomes(&texts, &[])) {
            let own = ours(&tree.to_string(), Settings::default());
            values += u64::from(nix.starts_with("=> "));
            // The order in which Nix computes attributes depends on what else it has read.
            if !same(&own, &nix) && differs(&oracle, tree) {
                failures.push(format!("seed {seed}: {}", describe(&oracle, tree)));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {programs} differ\n{}", failures.len(), failures.join("\n"));
    assert!(values * 2 > programs, "only {values} of {programs} programs have a value: the generator has gone astray");
}

fn program(seed: u64) -> Tree {
    Generator::new(Random::new(seed)).program()
}

/// The differences that are known: a failed assertion is quoted as it is written, and a function inside a value that an
/// error shows may or may not be computed already.
fn same(ours: &str, nix: &str) -> bool {
    let both = |start: &str| ours.starts_with(start) && nix.starts_with(start);
    agree(ours, nix) || both("!! assertion '") || (both("!! ") && without_functions(ours) == without_functions(nix))
}

fn without_functions(message: &str) -> String {
    let mut parts = message.split("«lambda ");
    let mut plain: String = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The position of a function in a string holds such quotes, too.
        let end = part.rfind('»').map_or(part, |_| part.splitn(3, '»').last().unwrap_or_default());
        plain.push_str("«thunk»");
        plain.push_str(end);
    }
    plain
}

/// What we say to a program and what Nix says to it alone.
fn outcomes(oracle: &Oracle, tree: &Tree) -> (String, String) {
    let text = tree.to_string();
    let own = ours(&text, Settings::default());
    (own, oracle.outcomes(&[text], &[]).remove(0))
}

fn differs(oracle: &Oracle, tree: &Tree) -> bool {
    let (own, nix) = outcomes(oracle, tree);
    !same(&own, &nix)
}

/// The smallest program found that still differs, with both outcomes.
fn describe(oracle: &Oracle, tree: &Tree) -> String {
    let smallest = tree.shrunk(SHRINKING_STEPS, |tree| differs(oracle, tree));
    let (own, nix) = outcomes(oracle, &smallest);
    format!("{smallest}\n  ours {own}\n  Nix  {nix}\n")
}
