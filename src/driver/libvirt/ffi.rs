//! Calls that the `virt` crate does not wrap, or wraps without telling failures.

mod events;
mod stats;

use std::{ffi::CString, os::raw::c_int, ptr};

use virt::{domain::Domain, error::Error, sys};

pub(super) use events::Subscription;
pub(super) use stats::{Figures, stats};

/// The domain's state, one of `VIR_DOMAIN_…`; `virt`'s own call takes a failure for a state.
pub(super) fn state(domain: &Domain) -> Result<sys::virDomainState, Error> {
    let (mut state, mut reason): (c_int, c_int) = (0, 0);
    // SAFETY: the domain's pointer is valid while `domain` is borrowed, and libvirt writes two integers.
    let answer = unsafe { sys::virDomainGetState(domain.as_ptr(), &mut state, &mut reason, 0) };
    if answer < 0 { Err(Error::last_error()) } else { Ok(state.unsigned_abs()) }
}

/// Limits a disk's operations and bytes a second, 0 for no limit.
pub(super) fn set_block_io_tune(domain: &Domain, disk: &str, iops: u64, bytes: u64, flags: u32) -> Result<(), Error> {
    let disk = CString::new(disk)?;
    let mut parameters = Parameters::new();
    parameters.add(sys::VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC, iops)?;
    parameters.add(sys::VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC, bytes)?;
    // SAFETY: the domain's pointer is valid while `domain` is borrowed, the name is a C string, and the array
    // has as many parameters as we say; libvirt only reads it.
    let answer = unsafe {
        sys::virDomainSetBlockIoTune(domain.as_ptr(), disk.as_ptr(), parameters.array, parameters.count, flags)
    };
    if answer < 0 { Err(Error::last_error()) } else { Ok(()) }
}

/// An array of libvirt's typed parameters.
struct Parameters {
    array: sys::virTypedParameterPtr,
    count: c_int,
    room: c_int,
}

impl Parameters {
    const fn new() -> Self {
        Self { array: ptr::null_mut(), count: 0, room: 0 }
    }

    fn add(&mut self, name: &std::ffi::CStr, value: u64) -> Result<(), Error> {
        // SAFETY: the three describe one array that libvirt itself made (or none yet) and may move; the name is
        // a C string that libvirt copies.
        let answer = unsafe {
            sys::virTypedParamsAddULLong(&mut self.array, &mut self.count, &mut self.room, name.as_ptr(), value)
        };
        if answer < 0 { Err(Error::last_error()) } else { Ok(()) }
    }
}

impl Drop for Parameters {
    fn drop(&mut self) {
        // SAFETY: libvirt made the array and its `count` parameters, and nobody else holds it.
        unsafe { sys::virTypedParamsFree(self.array, self.count) };
    }
}
