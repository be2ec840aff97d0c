//! BIOS, UEFI, UEFI with secure boot. libvirt picks the files itself from QEMU's firmware descriptors.

use model::spec::{DomainSpec, Firmware};

use crate::libvirt::{
    domain::{scope::Scope, xml::yes_no},
    xml::Element,
};

/// Writes it.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    scope.edit("firmware", spec.firmware).apply(|firmware| {
        let before = of(domain);
        let os = domain.child_or_new("os");
        if before == firmware {
            return;
        }
        // The files that libvirt chose for the old firmware do not fit the new one.
        for name in ["firmware", "loader", "nvram"] {
            os.remove(name);
        }
        match firmware {
            None | Some(Firmware::Bios) => os.unset("firmware"),
            Some(Firmware::Uefi) => put(os, false),
            Some(Firmware::UefiSecure) => put(os, true),
        }
    });
}

/// Reads it.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    spec.firmware = of(domain);
}

fn of(domain: &Element) -> Option<Firmware> {
    let os = domain.child("os")?;
    let loader = os.child("loader");
    let flash = loader.is_some_and(|loader| loader.attr("type") == Some("pflash"));
    if os.attr("firmware") != Some("efi") && !flash {
        return Some(Firmware::Bios);
    }
    let declared = os
        .child("firmware")
        .and_then(|firmware| firmware.named("feature").find(|feature| feature.attr("name") == Some("secure-boot")))
        .and_then(|feature| feature.attr("enabled"));
    let secure = declared.or_else(|| loader?.attr("secure")) == Some("yes");
    Some(if secure { Firmware::UefiSecure } else { Firmware::Uefi })
}

fn put(os: &mut Element, secure: bool) {
    os.set("firmware", "efi");
    let feature = |name| Element::new("feature").with("enabled", yes_no(secure)).with("name", name);
    os.put(Element::new("firmware").holding(feature("enrolled-keys")).holding(feature("secure-boot")));
}
