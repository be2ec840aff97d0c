//! Fuel, memory and interruption.

use std::sync::atomic::Ordering;

use super::Evaluator;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;

/// How many calls pass between two looks at the memory limit.
const INTERVAL: u64 = 1024;

/// How many bytes are looked at in the time of a call.
pub(crate) const BYTES_A_UNIT: usize = 256;

/// No single string or list is larger, whatever the settings; a slot has 28 bits for a list's length.
const LARGEST: usize = 1 << 30;

impl Evaluator<'_> {
    #[cold]
    pub(crate) fn check_limits(&mut self, span: Span) -> Res<()> {
        if let Some(fuel) = self.settings.fuel
            && self.ticks > fuel
        {
            let message = format!("evaluation took more than {fuel} calls");
            let help = "is there a recursion without end? Otherwise raise the limit (--max-steps)".to_owned();
            return Err(Fault::new(ErrorKind::Limit, message).at(span).help(Some(help)));
        }
        if self.settings.interrupt.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Fault::new(ErrorKind::Interrupted, "evaluation interrupted").at(span));
        }
        let next = self.ticks + INTERVAL;
        self.next_check = self.settings.fuel.map_or(next, |fuel| next.min(fuel + 1));
        self.check_size(0, span)
    }

    /// Counts work other than calls against the limits; a unit is about as long as a call.
    #[inline]
    pub(crate) fn charge(&mut self, units: usize) -> Res<()> {
        self.ticks = self.ticks.saturating_add(units as u64);
        if self.ticks >= self.next_check { self.check_limits(Span::NONE) } else { Ok(()) }
    }

    /// Refuses to make something of `more` bytes beyond the memory limit.
    #[inline]
    pub(crate) fn check_size(&self, more: usize, span: Span) -> Res<()> {
        // What is left beyond is for what is made between two looks.
        let room = self.arena.limit() - self.arena.limit() / 8;
        let most = self.settings.memory.unwrap_or(room).min(room);
        if more < LARGEST && self.arena.bytes() + more <= most {
            return Ok(());
        }
        let most = if more < LARGEST { most } else { LARGEST };
        let message = format!("evaluation needs more than {most} bytes of memory");
        let help = "is there a value without end? Otherwise raise the limit (--max-memory)".to_owned();
        Err(Fault::new(ErrorKind::Limit, message).at(span).help(Some(help)))
    }
}
