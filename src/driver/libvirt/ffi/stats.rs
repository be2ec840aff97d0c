//! The figures of many domains by one call.

use std::{collections::HashMap, ffi::CStr, ptr, slice};

use virt::{domain::Domain, error::Error, sys};

/// Figures by their names: `cpu.time`, `net.0.rx.bytes`, …
pub(in super::super) type Figures = HashMap<String, u64>;

/// The figures of these domains, by their names; one that is busy is shown as far as it can be at once.
pub(in super::super) fn stats(
    domains: &[Domain],
    kinds: sys::virDomainStatsTypes,
) -> Result<Vec<(String, Figures)>, Error> {
    if domains.is_empty() {
        return Ok(Vec::new());
    }
    // SAFETY: the pointers are used only while `domains` is borrowed.
    let pointers = domains.iter().map(|domain| unsafe { domain.as_ptr() });
    let mut pointers: Vec<_> = pointers.chain([ptr::null_mut()]).collect();
    let mut records: *mut sys::virDomainStatsRecordPtr = ptr::null_mut();
    let flags = sys::VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
    // SAFETY: the array ends with a null pointer, its domains are valid while `domains` is borrowed, and libvirt
    // writes one pointer.
    let count = unsafe { sys::virDomainListGetStats(pointers.as_mut_ptr(), kinds, &mut records, flags) };
    let Ok(count) = usize::try_from(count) else { return Err(Error::last_error()) };
    // SAFETY: libvirt made an array of so many pointers to records, each valid until the list is freed below.
    let found = unsafe { slice::from_raw_parts(records, count) }.iter().map(|record| unsafe { read(&**record) });
    let found = found.collect();
    // SAFETY: libvirt made the list, and nothing of it is used any more.
    unsafe { sys::virDomainStatsRecordListFree(records) };
    Ok(found)
}

/// # Safety
/// The record must be one that libvirt filled in.
unsafe fn read(record: &sys::virDomainStatsRecord) -> (String, Figures) {
    // SAFETY: the record's domain is valid as long as the record is, and so is its name.
    let name = unsafe { CStr::from_ptr(sys::virDomainGetName(record.dom)) }.to_string_lossy().into_owned();
    let length = usize::try_from(record.nparams).unwrap_or(0);
    if length == 0 {
        return (name, Figures::new());
    }
    // SAFETY: libvirt filled in so many parameters.
    let parameters = unsafe { slice::from_raw_parts(record.params, length) };
    // SAFETY: by the contract above.
    (name, parameters.iter().filter_map(|parameter| unsafe { number(parameter) }).collect())
}

/// # Safety
/// The parameter must be one that libvirt filled in.
unsafe fn number(parameter: &sys::virTypedParameter) -> Option<(String, u64)> {
    // SAFETY: libvirt ends the name with a null byte, and the type says which part of the union is set.
    unsafe {
        let name = CStr::from_ptr(parameter.field.as_ptr()).to_string_lossy().into_owned();
        let number = match u32::try_from(parameter.type_).ok()? {
            sys::VIR_TYPED_PARAM_INT => u64::try_from(parameter.value.i).ok()?,
            sys::VIR_TYPED_PARAM_UINT => u64::from(parameter.value.ui),
            sys::VIR_TYPED_PARAM_LLONG => u64::try_from(parameter.value.l).ok()?,
            sys::VIR_TYPED_PARAM_ULLONG => parameter.value.ul,
            _ => return None,
        };
        Some((name, number))
    }
}
