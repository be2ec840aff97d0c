//! Event callbacks: `virt` wraps none of them.
//!
//! Every callback is given a box of its own with where to tell; libvirt hands its address back with each event and to
//! [`free`] once the callback is taken off.

use std::{
    ffi::{CStr, c_char, c_int, c_ulonglong, c_void},
    mem, ptr,
};

use model::{Address, Kind};
use tokio_util::sync::CancellationToken;
use virt::{connect::Connect, error::Error, sys};

use crate::{Notice, Teller};

/// Callbacks on a connection; dropped, they are taken off.
pub(in super::super) struct Subscription {
    connect: Connect,
    domains: Vec<c_int>,
    networks: Vec<c_int>,
    pools: Vec<c_int>,
    on_close: bool,
}

impl Subscription {
    /// Tells `teller` of every change of a domain, network or pool, and cancels `closed` when the connection is lost.
    ///
    /// # Errors
    /// When the connection offers no events of domains.
    pub(in super::super) fn new(connect: &Connect, teller: &Teller, closed: &CancellationToken) -> Result<Self, Error> {
        let mut subscription = Self {
            connect: connect.clone(),
            domains: Vec::new(),
            networks: Vec::new(),
            pools: Vec::new(),
            on_close: false,
        };
        subscription.hear_of_the_end(closed)?;
        subscription.hear_of_domains(teller)?;
        subscription.hear_of_networks_and_pools(teller);
        Ok(subscription)
    }

    fn hear_of_the_end(&mut self, closed: &CancellationToken) -> Result<(), Error> {
        let opaque = Box::into_raw(Box::new(closed.clone())).cast();
        // SAFETY: the connection is valid while `self.connect` lives, `on_close` takes what `opaque` points to for a
        // token, which it is, and `free` is called once with it, when the callback is taken off.
        let answer = unsafe {
            sys::virConnectRegisterCloseCallback(
                self.connect.as_ptr(),
                Some(on_close),
                opaque,
                Some(free::<CancellationToken>),
            )
        };
        self.on_close = registered::<CancellationToken>(answer, opaque).is_ok();
        if self.on_close { Ok(()) } else { Err(Error::last_error()) }
    }

    fn hear_of_domains(&mut self, teller: &Teller) -> Result<(), Error> {
        // SAFETY: libvirt calls each with the arguments that belong to its event, as the types here say; it only
        // stores the pointer in this general form.
        let callbacks = unsafe {
            [
                (sys::VIR_DOMAIN_EVENT_ID_LIFECYCLE, generic(sys_lifecycle(on_lifecycle))),
                (sys::VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, generic(sys_device(on_device))),
                (sys::VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, generic(sys_device(on_device))),
                (sys::VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, generic(sys_metadata(on_metadata))),
                (sys::VIR_DOMAIN_EVENT_ID_TUNABLE, generic(sys_tunable(on_tunable))),
                (sys::VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, generic(sys_balloon(on_balloon))),
            ]
        };
        for (event, callback) in callbacks {
            let opaque = Box::into_raw(Box::new(teller.clone())).cast();
            // SAFETY: the connection is valid while `self.connect` lives; the callback takes what `opaque` points to
            // for a teller, which it is, and `free` is called once with it.
            let answer = unsafe {
                sys::virConnectDomainEventRegisterAny(
                    self.connect.as_ptr(),
                    ptr::null_mut(),
                    c_int::try_from(event).unwrap_or(-1),
                    callback,
                    opaque,
                    Some(free::<Teller>),
                )
            };
            match registered::<Teller>(answer, opaque) {
                Ok(id) => self.domains.push(id),
                Err(error) if event == sys::VIR_DOMAIN_EVENT_ID_LIFECYCLE => return Err(error),
                Err(error) => tracing::debug!(event, %error, "libvirt does not tell of this"),
            }
        }
        Ok(())
    }

    fn hear_of_networks_and_pools(&mut self, teller: &Teller) {
        let opaque = Box::into_raw(Box::new(teller.clone())).cast();
        let callback: sys::virConnectNetworkEventLifecycleCallback = Some(on_network);
        // SAFETY: as for domains; the event is the one whose arguments `on_network` takes.
        let answer = unsafe {
            sys::virConnectNetworkEventRegisterAny(
                self.connect.as_ptr(),
                ptr::null_mut(),
                c_int::try_from(sys::VIR_NETWORK_EVENT_ID_LIFECYCLE).unwrap_or(-1),
                mem::transmute::<
                    sys::virConnectNetworkEventLifecycleCallback,
                    sys::virConnectNetworkEventGenericCallback,
                >(callback),
                opaque,
                Some(free::<Teller>),
            )
        };
        self.networks.extend(or_remark(registered::<Teller>(answer, opaque)));
        let opaque = Box::into_raw(Box::new(teller.clone())).cast();
        let callback: sys::virConnectStoragePoolEventLifecycleCallback = Some(on_pool);
        // SAFETY: as for domains; the event is the one whose arguments `on_pool` takes.
        let answer = unsafe {
            sys::virConnectStoragePoolEventRegisterAny(
                self.connect.as_ptr(),
                ptr::null_mut(),
                c_int::try_from(sys::VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE).unwrap_or(-1),
                mem::transmute::<
                    sys::virConnectStoragePoolEventLifecycleCallback,
                    sys::virConnectStoragePoolEventGenericCallback,
                >(callback),
                opaque,
                Some(free::<Teller>),
            )
        };
        self.pools.extend(or_remark(registered::<Teller>(answer, opaque)));
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // SAFETY: the connection is valid while `self.connect` lives, and the numbers are those that libvirt gave.
        // A connection that is lost refuses, and has nothing to take off.
        unsafe {
            let connect = self.connect.as_ptr();
            for id in &self.domains {
                sys::virConnectDomainEventDeregisterAny(connect, *id);
            }
            for id in &self.networks {
                sys::virConnectNetworkEventDeregisterAny(connect, *id);
            }
            for id in &self.pools {
                sys::virConnectStoragePoolEventDeregisterAny(connect, *id);
            }
            if self.on_close {
                sys::virConnectUnregisterCloseCallback(connect, Some(on_close));
            }
        }
    }
}

/// The number of a callback; where libvirt refused it, it will not free what was boxed for it.
fn registered<T>(answer: c_int, opaque: *mut c_void) -> Result<c_int, Error> {
    if answer >= 0 {
        return Ok(answer);
    }
    let error = Error::last_error();
    // SAFETY: `opaque` came out of a box of this type, and libvirt has not kept it.
    drop(unsafe { Box::from_raw(opaque.cast::<T>()) });
    Err(error)
}

fn or_remark(registered: Result<c_int, Error>) -> Option<c_int> {
    registered.inspect_err(|error| tracing::debug!(%error, "libvirt does not tell of networks or pools")).ok()
}

/// One callback for each form that events have; the types are libvirt's, so that the compiler compares.
const fn sys_lifecycle(callback: Lifecycle) -> sys::virConnectDomainEventCallback {
    Some(callback)
}

const fn sys_device(callback: Device) -> sys::virConnectDomainEventDeviceAddedCallback {
    Some(callback)
}

const fn sys_metadata(callback: Metadata) -> sys::virConnectDomainEventMetadataChangeCallback {
    Some(callback)
}

const fn sys_tunable(callback: Tunable) -> sys::virConnectDomainEventTunableCallback {
    Some(callback)
}

const fn sys_balloon(callback: Balloon) -> sys::virConnectDomainEventBalloonChangeCallback {
    Some(callback)
}

type Lifecycle = unsafe extern "C" fn(sys::virConnectPtr, sys::virDomainPtr, c_int, c_int, *mut c_void) -> c_int;
type Device = unsafe extern "C" fn(sys::virConnectPtr, sys::virDomainPtr, *const c_char, *mut c_void);
type Metadata = unsafe extern "C" fn(sys::virConnectPtr, sys::virDomainPtr, c_int, *const c_char, *mut c_void);
type Tunable =
    unsafe extern "C" fn(sys::virConnectPtr, sys::virDomainPtr, sys::virTypedParameterPtr, c_int, *mut c_void);
type Balloon = unsafe extern "C" fn(sys::virConnectPtr, sys::virDomainPtr, c_ulonglong, *mut c_void);

/// A callback in the form that libvirt stores.
///
/// # Safety
/// `T` must be an optional pointer to a function of libvirt's calling convention.
unsafe fn generic<T: Copy>(callback: T) -> sys::virConnectDomainEventGenericCallback {
    const { assert!(size_of::<T>() == size_of::<sys::virConnectDomainEventGenericCallback>()) };
    // SAFETY: both are optional pointers to functions, of one size.
    unsafe { mem::transmute_copy(&callback) }
}

unsafe extern "C" fn on_lifecycle(
    _: sys::virConnectPtr,
    domain: sys::virDomainPtr,
    _: c_int,
    _: c_int,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: as libvirt calls it.
    unsafe { domain_changed(domain, opaque) };
    0
}

unsafe extern "C" fn on_device(
    _: sys::virConnectPtr,
    domain: sys::virDomainPtr,
    _: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: as libvirt calls it.
    unsafe { domain_changed(domain, opaque) };
}

unsafe extern "C" fn on_metadata(
    _: sys::virConnectPtr,
    domain: sys::virDomainPtr,
    _: c_int,
    _: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: as libvirt calls it.
    unsafe { domain_changed(domain, opaque) };
}

unsafe extern "C" fn on_tunable(
    _: sys::virConnectPtr,
    domain: sys::virDomainPtr,
    _: sys::virTypedParameterPtr,
    _: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: as libvirt calls it.
    unsafe { domain_changed(domain, opaque) };
}

unsafe extern "C" fn on_balloon(_: sys::virConnectPtr, domain: sys::virDomainPtr, _: c_ulonglong, opaque: *mut c_void) {
    // SAFETY: as libvirt calls it.
    unsafe { domain_changed(domain, opaque) };
}

unsafe extern "C" fn on_network(
    _: sys::virConnectPtr,
    network: sys::virNetworkPtr,
    _: c_int,
    _: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: libvirt's network is valid for the call, and `opaque` is the teller that it was given.
    unsafe { tell(Kind::Network, sys::virNetworkGetName(network), opaque) };
}

unsafe extern "C" fn on_pool(
    _: sys::virConnectPtr,
    pool: sys::virStoragePoolPtr,
    _: c_int,
    _: c_int,
    opaque: *mut c_void,
) {
    // SAFETY: libvirt's pool is valid for the call, and `opaque` is the teller that it was given.
    unsafe { tell(Kind::Pool, sys::virStoragePoolGetName(pool), opaque) };
}

unsafe extern "C" fn on_close(_: sys::virConnectPtr, _: c_int, opaque: *mut c_void) {
    // SAFETY: `opaque` is the token that libvirt was given, which lives until `free`.
    unsafe { &*opaque.cast::<CancellationToken>() }.cancel();
}

/// # Safety
/// `domain` must be valid for the call, `opaque` the teller that libvirt was given.
unsafe fn domain_changed(domain: sys::virDomainPtr, opaque: *mut c_void) {
    // SAFETY: by the contract above.
    unsafe { tell(Kind::Domain, sys::virDomainGetName(domain), opaque) };
}

/// # Safety
/// `name` must be null or a C string that lives for the call, `opaque` the teller that libvirt was given.
unsafe fn tell(kind: Kind, name: *const c_char, opaque: *mut c_void) {
    if name.is_null() {
        return;
    }
    // SAFETY: by the contract above.
    let (name, teller) = unsafe { (CStr::from_ptr(name), &*opaque.cast::<Teller>()) };
    teller.tell(Notice::Changed(Address::new(kind, name.to_string_lossy())));
}

unsafe extern "C" fn free<T>(opaque: *mut c_void) {
    // SAFETY: libvirt calls it once for each callback, with what `Box::into_raw` gave for a box of this type.
    drop(unsafe { Box::from_raw(opaque.cast::<T>()) });
}
