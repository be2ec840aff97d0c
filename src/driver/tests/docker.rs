//! The Docker driver on a real engine. `tests/setup` starts one and makes the tiny image; every test has names of
//! its own and removes what it made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "docker/changes.rs"]
mod changes;
#[path = "docker/console.rs"]
mod console;
#[path = "docker/crash.rs"]
mod crash;
#[path = "docker/images.rs"]
mod images;
#[path = "docker/life.rs"]
mod life;
#[path = "docker/networks.rs"]
mod networks;
#[path = "docker/registry.rs"]
mod registry;
#[path = "docker/replace.rs"]
mod replace;
#[path = "docker/stage.rs"]
mod stage;
#[path = "docker/volumes.rs"]
mod volumes;
