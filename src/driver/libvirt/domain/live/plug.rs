//! Devices: plugged in, taken out, and changed where they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use model::{FieldPath, spec::DiskBus};
use virt::sys;

use super::Change;
use crate::libvirt::{
    LibvirtError,
    connections::Limit,
    domain::{
        Named, define, devices,
        scope::Scope,
        xml::{disk, extras, filesystem, hostdev, interface},
    },
    ffi,
    xml::Element,
};

const LIVE: u32 = sys::VIR_DOMAIN_AFFECT_LIVE;
/// How long a guest is waited for to let go of a device.
const PATIENCE: Duration = Duration::from_secs(10);

impl Change<'_> {
    pub(super) fn devices(&mut self) -> Result<(), LibvirtError> {
        for (kind, section) in [
            (Named::Disk, "disks"),
            (Named::Interface, "interfaces"),
            (Named::Filesystem, "filesystems"),
            (Named::HostDevice, "hostDevices"),
        ] {
            let wanted: BTreeSet<String> = match kind {
                Named::Disk => self.spec.disks.keys().cloned().collect(),
                Named::Interface => self.spec.interfaces.keys().cloned().collect(),
                Named::Filesystem => self.spec.filesystems.keys().cloned().collect(),
                Named::HostDevice => self.spec.host_devices.keys().cloned().collect(),
            };
            self.section(kind, section, &wanted)?;
        }
        Ok(())
    }

    fn section(&mut self, kind: Named, section: &str, wanted: &BTreeSet<String>) -> Result<(), LibvirtError> {
        let scope = self.scope.below(section);
        let there = self.before.child("devices").into_iter().flat_map(|devices| devices.named(kind.element()));
        let there: BTreeMap<String, &Element> = there.filter_map(|device| Some((kind.key(device)?, device))).collect();
        let path = |name: &str| FieldPath::from_segments([section, name]).as_str().to_owned();
        for (name, device) in there.iter().filter(|(name, _)| !wanted.contains(*name) && scope.names(name)) {
            self.take_out(kind, name, device, &path(name))?;
        }
        for name in wanted.iter().filter(|name| scope.touches(name)) {
            match there.get(name) {
                Some(device) => self.alter(kind, name, device, &scope.below(name), &path(name))?,
                None => self.plug_in(kind, name, &path(name))?,
            }
        }
        Ok(())
    }

    /// Plugs a device in as the configuration has it, so that it keeps its name and MAC address; where it sits
    /// is the running domain's own matter.
    fn plug_in(&mut self, kind: Named, name: &str, path: &str) -> Result<(), LibvirtError> {
        let mut device = devices::find(self.config, kind, name).cloned().unwrap_or_else(|| self.make(kind, name));
        device.remove("address");
        if kind == Named::Disk {
            self.scsi_controller(name)?;
            if !self.target_is_free(&device) {
                device = self.make(kind, name);
            }
        }
        let text = device.to_string();
        let result = self.link.write(Limit::Start, |_| self.domain.attach_device_flags(&text, LIVE));
        self.or_wait(path, result)
    }

    /// Takes a device out and waits until the guest has let go of it: libvirt says yes before that.
    fn take_out(&mut self, kind: Named, name: &str, device: &Element, path: &str) -> Result<bool, LibvirtError> {
        let text = device.to_string();
        match self.link.write(Limit::Detach, |_| self.domain.detach_device_flags(&text, LIVE)) {
            Err(error) if error.is(sys::VIR_ERR_DEVICE_MISSING) => return Ok(true),
            Err(error) if error.is(sys::VIR_ERR_OPERATION_TIMEOUT) => {}
            Err(error) => {
                self.or_wait(path, Err(error))?;
                return Ok(false);
            }
            Ok(()) => {}
        }
        let begun = Instant::now();
        while devices::find(&define::active(self.link, self.domain)?, kind, name).is_some() {
            if begun.elapsed() >= PATIENCE {
                self.outcome.pending.push(path.into());
                self.outcome.notes.push(format!("the guest has not let go of {path} yet; it is gone once it does"));
                return Ok(false);
            }
            self.link.pause(Duration::from_millis(100));
        }
        Ok(true)
    }

    fn alter(
        &mut self,
        kind: Named,
        name: &str,
        device: &Element,
        scope: &Scope<'_>,
        path: &str,
    ) -> Result<(), LibvirtError> {
        match kind {
            Named::Disk => self.alter_disk(name, device, scope, path),
            Named::Interface => self.alter_interface(name, device, scope, path),
            Named::Filesystem | Named::HostDevice => {
                self.wait(path, "it cannot be changed while the domain runs");
                Ok(())
            }
        }
    }

    fn alter_disk(&mut self, name: &str, device: &Element, scope: &Scope<'_>, path: &str) -> Result<(), LibvirtError> {
        let spec = &self.spec.disks[name];
        let Some(target) = disk::target(device) else { return Ok(()) };
        if scope.touches("capacity")
            && let Some(wanted) = spec.capacity
        {
            self.grow(target, wanted.get(), path)?;
        }
        if scope.touches("tune") {
            let (iops, bytes) = (spec.tune.iops.unwrap_or(0), spec.tune.throughput.map_or(0, |bytes| bytes.get()));
            let result =
                self.link.write(Limit::Quick, |_| ffi::set_block_io_tune(self.domain, target, iops, bytes, LIVE));
            self.or_wait(&format!("{path}.tune"), result)?;
        }
        let shown = disk::read(device);
        let media = scope.touches("source") && shown.source != spec.source;
        if media && device.attr("device") == Some("cdrom") {
            let mut changed = device.clone();
            disk::apply(&mut changed, spec, scope, &[], disk::SourceEdit::Allowed);
            let text = changed.to_string();
            let result = self.link.write(Limit::Start, |_| self.domain.update_device_flags(&text, LIVE));
            self.or_wait(&format!("{path}.source"), result)?;
        } else if media && !self.is_overlay(name) {
            self.wait(&format!("{path}.source"), "a disk's source is fixed while the domain runs");
        }
        let cold = [
            ("device", shown.device != spec.device),
            ("format", shown.format != spec.format && !self.is_overlay(name)),
            ("bus", shown.bus != spec.bus),
            ("cache", shown.cache != spec.cache),
            ("discard", shown.discard != spec.discard),
            ("serial", shown.serial != spec.serial),
            ("readOnly", shown.read_only != spec.read_only),
        ];
        for (field, _) in cold.into_iter().filter(|(field, differs)| *differs && scope.names(field)) {
            self.wait(&format!("{path}.{field}"), "it is fixed while the domain runs");
        }
        Ok(())
    }

    fn grow(&mut self, target: &str, wanted: u64, path: &str) -> Result<(), LibvirtError> {
        let capacity =
            |change: &Self| change.link.read(|_| change.domain.block_info(target, 0)).map(|info| info.capacity);
        let now = capacity(self)?;
        if now > wanted {
            let reason = format!("the disk has {now} bytes already, and disks are never shrunk to {wanted}");
            return Err(LibvirtError::Impossible { reason });
        }
        if now < wanted {
            let bytes = sys::VIR_DOMAIN_BLOCK_RESIZE_BYTES;
            let result = self.link.write(Limit::Start, |_| self.domain.block_resize(target, wanted, bytes));
            self.or_wait(&format!("{path}.capacity"), result)?;
            let after = capacity(self)?;
            if after < wanted && self.outcome.pending.is_empty() {
                return Err(LibvirtError::NotTaken { difference: format!("{path}.capacity is {after}, not {wanted}") });
            }
        }
        Ok(())
    }

    fn alter_interface(
        &mut self,
        name: &str,
        device: &Element,
        scope: &Scope<'_>,
        path: &str,
    ) -> Result<(), LibvirtError> {
        let spec = &self.spec.interfaces[name];
        let shown = interface::read(device);
        let other = |field, differs: bool| differs && scope.touches(field);
        if other("mac", spec.mac.is_some() && shown.mac != spec.mac)
            || other("model", spec.model.is_some() && shown.model != spec.model)
        {
            // Neither can be changed in place: the cable is pulled and a new card is plugged in.
            if self.take_out(Named::Interface, name, device, path)? {
                self.plug_in(Named::Interface, name, path)?;
            }
            return Ok(());
        }
        let mut changed = device.clone();
        interface::apply(&mut changed, spec, scope);
        // The running interface's tap is libvirt's to name.
        changed.remove("target");
        let text = changed.to_string();
        let result = self.link.write(Limit::Quick, |_| self.domain.update_device_flags(&text, LIVE));
        self.or_wait(path, result)
    }

    fn make(&self, kind: Named, name: &str) -> Element {
        let scope = Scope::everything();
        let device = match kind {
            Named::Disk => disk::new(&self.spec.disks[name], &scope, &self.taken()),
            Named::Interface => interface::new(&self.spec.interfaces[name], &scope),
            Named::Filesystem => filesystem::new(&self.spec.filesystems[name], &scope),
            Named::HostDevice => hostdev::new(&self.spec.host_devices[name], &scope),
        };
        device.holding(Element::new("alias").with("name", kind.alias(name)))
    }

    /// A SCSI disk needs its controller to be there before.
    fn scsi_controller(&mut self, name: &str) -> Result<(), LibvirtError> {
        let scsi = self.spec.disks[name].bus == Some(DiskBus::Scsi);
        let there = self.before.child("devices").is_some_and(|devices| extras::has_controller(devices, "scsi"));
        if scsi && !there {
            let controller = "<controller type='scsi' index='0' model='virtio-scsi'/>";
            match self.link.write(Limit::Quick, |_| self.domain.attach_device_flags(controller, LIVE)) {
                // The disk before this one brought it.
                Err(error) if error.is(sys::VIR_ERR_OPERATION_FAILED) => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn target_is_free(&self, device: &Element) -> bool {
        disk::target(device).is_none_or(|target| !self.taken().iter().any(|taken| taken == target))
    }

    fn taken(&self) -> Vec<String> {
        let disks = self.before.child("devices").into_iter().flat_map(|devices| devices.named("disk"));
        disks.filter_map(disk::target).map(str::to_owned).collect()
    }

    /// Whether the running disk is a snapshot's overlay over what is declared.
    fn is_overlay(&self, name: &str) -> bool {
        devices::find(self.before, Named::Disk, name).is_some_and(|device| {
            device.attr("type") == Some("file") && device.at(&["backingStore", "source"]).is_some()
        })
    }
}
