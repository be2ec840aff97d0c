//! libvirt's shared library, loaded when something in it is called for the first time.
//!
//! It brings fifty libraries along, which take longer to load than many a command takes altogether: whoever evaluates
//! a file or prints a completion should not wait for them, and on a host without libvirt containers still work.
//! The functions below have the names under which the `virt` crate knows those of the library; each jumps to where the
//! real one is. A function that is missing here is not an error: then the system loads the library as usual, which
//! `src/hypernix/tests/start.rs` notices.

#![allow(non_snake_case)]

use std::{
    arch::naked_asm,
    ffi::{CStr, c_char, c_int, c_void},
    sync::{
        Once,
        atomic::{AtomicPtr, Ordering},
    },
};

const NAME: &CStr = c"libvirt.so.0";

const RTLD_NOW: c_int = 2;

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

macro_rules! deferred {
    ($($name:ident)*) => {
        $(
            mod $name {
                pub(super) static PLACE: super::AtomicPtr<std::ffi::c_void> =
                    super::AtomicPtr::new(std::ptr::null_mut());
            }

            // SAFETY: the name is that of the library's function, which gets its arguments as they came: the jump
            // leaves all of them where they are.
            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn $name() {
                jump!($name)
            }
        )*

        /// Each function's name and the place of its address.
        const FUNCTIONS: &[(&str, &AtomicPtr<c_void>)] =
            &[$((concat!(stringify!($name), "\0"), &$name::PLACE)),*];
    };
}

#[cfg(target_arch = "x86_64")]
macro_rules! jump {
    ($name:ident) => {
        naked_asm!(
            "2:",
            "mov r11, qword ptr [rip + {place}]",
            "test r11, r11",
            "jz 3f",
            "jmp r11",
            "3:",
            "push rdi",
            "push rsi",
            "push rdx",
            "push rcx",
            "push r8",
            "push r9",
            "sub rsp, 8",
            "call {load}",
            "add rsp, 8",
            "pop r9",
            "pop r8",
            "pop rcx",
            "pop rdx",
            "pop rsi",
            "pop rdi",
            "jmp 2b",
            place = sym $name::PLACE,
            load = sym load,
        )
    };
}

#[cfg(target_arch = "aarch64")]
macro_rules! jump {
    ($name:ident) => {
        naked_asm!(
            "2:",
            "adrp x16, {place}",
            "ldr x16, [x16, #:lo12:{place}]",
            "cbz x16, 3f",
            "br x16",
            "3:",
            "stp x29, x30, [sp, #-80]!",
            "stp x0, x1, [sp, #16]",
            "stp x2, x3, [sp, #32]",
            "stp x4, x5, [sp, #48]",
            "stp x6, x7, [sp, #64]",
            "bl {load}",
            "ldp x0, x1, [sp, #16]",
            "ldp x2, x3, [sp, #32]",
            "ldp x4, x5, [sp, #48]",
            "ldp x6, x7, [sp, #64]",
            "ldp x29, x30, [sp], #80",
            "b 2b",
            place = sym $name::PLACE,
            load = sym load,
        )
    };
}

#[cfg(target_arch = "riscv64")]
macro_rules! jump {
    ($name:ident) => {
        naked_asm!(
            "2:",
            "lla t0, {place}",
            "ld t0, 0(t0)",
            "beqz t0, 3f",
            "jr t0",
            "3:",
            "addi sp, sp, -80",
            "sd ra, 0(sp)",
            "sd a0, 8(sp)",
            "sd a1, 16(sp)",
            "sd a2, 24(sp)",
            "sd a3, 32(sp)",
            "sd a4, 40(sp)",
            "sd a5, 48(sp)",
            "sd a6, 56(sp)",
            "sd a7, 64(sp)",
            "call {load}",
            "ld ra, 0(sp)",
            "ld a0, 8(sp)",
            "ld a1, 16(sp)",
            "ld a2, 24(sp)",
            "ld a3, 32(sp)",
            "ld a4, 40(sp)",
            "ld a5, 48(sp)",
            "ld a6, 56(sp)",
            "ld a7, 64(sp)",
            "addi sp, sp, 80",
            "j 2b",
            place = sym $name::PLACE,
            load = sym load,
        )
    };
}

deferred! {
    virConnectClose
    virConnectDomainEventDeregisterAny
    virConnectDomainEventRegisterAny
    virConnectGetCapabilities
    virConnectGetLibVersion
    virConnectGetVersion
    virConnectIsAlive
    virConnectListAllDomains
    virConnectListAllNetworks
    virConnectListAllStoragePools
    virConnectNetworkEventDeregisterAny
    virConnectNetworkEventRegisterAny
    virConnectOpen
    virConnectRef
    virConnectRegisterCloseCallback
    virConnectSetKeepAlive
    virConnectStoragePoolEventDeregisterAny
    virConnectStoragePoolEventRegisterAny
    virConnectUnregisterCloseCallback
    virDomainAttachDeviceFlags
    virDomainBlockResize
    virDomainCreate
    virDomainCreateWithFlags
    virDomainDefineXML
    virDomainDefineXMLFlags
    virDomainDestroy
    virDomainDetachDeviceFlags
    virDomainFree
    virDomainGetAutostart
    virDomainGetBlockInfo
    virDomainGetID
    virDomainGetInfo
    virDomainGetName
    virDomainGetState
    virDomainGetXMLDesc
    virDomainInterfaceAddresses
    virDomainIsActive
    virDomainIsPersistent
    virDomainListGetStats
    virDomainLookupByName
    virDomainOpenConsole
    virDomainPMWakeup
    virDomainPinVcpuFlags
    virDomainRename
    virDomainResume
    virDomainSetAutostart
    virDomainSetBlockIoTune
    virDomainSetMemoryFlags
    virDomainSetMetadata
    virDomainSetSchedulerParametersFlags
    virDomainSetVcpusFlags
    virDomainShutdownFlags
    virDomainSnapshotNum
    virDomainStatsRecordListFree
    virDomainSuspend
    virDomainUndefineFlags
    virDomainUpdateDeviceFlags
    virEventRegisterDefaultImpl
    virEventRunDefaultImpl
    virGetLastError
    virGetVersion
    virNetworkCreate
    virNetworkDefineXML
    virNetworkDestroy
    virNetworkFree
    virNetworkGetAutostart
    virNetworkGetName
    virNetworkGetXMLDesc
    virNetworkIsActive
    virNetworkIsPersistent
    virNetworkLookupByName
    virNetworkSetAutostart
    virNetworkUndefine
    virNetworkUpdate
    virNodeGetInfo
    virSetErrorFunc
    virStoragePoolBuild
    virStoragePoolCreate
    virStoragePoolDefineXML
    virStoragePoolDelete
    virStoragePoolDestroy
    virStoragePoolFree
    virStoragePoolGetAutostart
    virStoragePoolGetName
    virStoragePoolGetUUID
    virStoragePoolGetXMLDesc
    virStoragePoolIsActive
    virStoragePoolListAllVolumes
    virStoragePoolLookupByName
    virStoragePoolRefresh
    virStoragePoolSetAutostart
    virStoragePoolUndefine
    virStorageVolCreateXML
    virStorageVolDelete
    virStorageVolFree
    virStorageVolGetInfo
    virStorageVolGetName
    virStorageVolGetPath
    virStorageVolGetXMLDesc
    virStorageVolLookupByName
    virStorageVolResize
    virStreamAbort
    virStreamEventRemoveCallback
    virStreamFree
    virStreamNew
    virStreamRecv
    virStreamRef
    virStreamSend
    virTypedParamsAddULLong
    virTypedParamsFree
}

/// Loads the library and looks all functions up, once; ends the process where there is no library, as the system would
/// have done at its start.
extern "C" fn load() {
    static LOADED: Once = Once::new();
    LOADED.call_once(|| {
        // SAFETY: the name is a C string; loading libvirt runs nothing that depends on our state.
        let library = unsafe { dlopen(NAME.as_ptr(), RTLD_NOW) };
        if library.is_null() {
            missing();
        }
        for (name, place) in FUNCTIONS {
            // SAFETY: the library is loaded for good, and the macro ends each name with a zero.
            let function = unsafe { dlsym(library, name.as_ptr().cast()) };
            if function.is_null() {
                missing();
            }
            place.store(function, Ordering::Release);
        }
    });
}

fn missing() -> ! {
    // SAFETY: the loader keeps the text of its last error for us.
    let reason = unsafe { dlerror() };
    let reason = if reason.is_null() {
        "it is too old".into()
    } else {
        // SAFETY: it is a C string when it is not null.
        unsafe { CStr::from_ptr(reason) }.to_string_lossy()
    };
    eprintln!("error: cannot load libvirt: {reason}\nhelp: install it; Debian's package is `libvirt0`");
    std::process::exit(1)
}
