//! Whole runs over a fake host.

mod bench;
mod build;
mod comeback;
mod converge;
mod crash;
mod failure;
mod pains;
mod property;
mod rebuild;
mod release;
