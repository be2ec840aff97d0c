//! libvirt's own files. It writes one a domain, network and pool at every change of the configuration, and one a
//! running domain at every change of what runs, but sends no event for most of these: `virsh setmem --config` is
//! silent. The files are only a bell; what there is, libvirt is asked.

use std::{collections::HashMap, io, path::Path};

use futures::StreamExt;
use inotify::{EventMask, EventStream, Inotify, WatchDescriptor, WatchMask};
use model::{Address, Backend, Kind};

use crate::{Notice, Teller};

/// Where libvirt keeps what: Debian's and most others' places, and those of NixOS.
const PLACES: [(&str, Kind); 7] = [
    ("/etc/libvirt/qemu", Kind::Domain),
    ("/var/lib/libvirt/qemu", Kind::Domain),
    ("/run/libvirt/qemu", Kind::Domain),
    ("/etc/libvirt/qemu/networks", Kind::Network),
    ("/var/lib/libvirt/qemu/networks", Kind::Network),
    ("/etc/libvirt/storage", Kind::Pool),
    ("/var/lib/libvirt/storage", Kind::Pool),
];

/// Bytes for events that wait to be read.
const ROOM: usize = 16 << 10;

/// libvirt's files, watched.
pub(super) struct Files {
    watched: Option<Watched>,
}

/// The events of the files, and what is where.
struct Watched {
    events: EventStream<Vec<u8>>,
    kinds: HashMap<WatchDescriptor, Kind>,
}

impl Files {
    /// No files: libvirt runs elsewhere.
    pub(super) const fn none() -> Self {
        Self { watched: None }
    }

    /// Watches the places that exist. Without any, only libvirt's own events and the next reading of everything
    /// show changes.
    pub(super) fn open() -> Self {
        let watched = watch(&PLACES.map(|(place, kind)| (Path::new(place), kind)));
        Self { watched: watched.inspect_err(|error| tracing::warn!(%error, "cannot watch libvirt's files")).ok() }
    }

    /// Tells of every change; ends only when the files can be watched no longer.
    pub(super) async fn tell(&mut self, teller: &Teller) {
        let Some(Watched { events, kinds }) = &mut self.watched else { return std::future::pending().await };
        while let Some(event) = events.next().await {
            let Ok(event) = event else { break };
            if event.mask.contains(EventMask::Q_OVERFLOW) {
                teller.tell(Notice::Attached(Backend::Libvirt));
                continue;
            }
            let name = event.name.as_ref().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".xml"));
            if let (Some(name), Some(kind)) = (name, kinds.get(&event.wd)) {
                teller.tell(Notice::Changed(Address::new(*kind, name)));
            }
        }
    }
}

fn watch(places: &[(&Path, Kind)]) -> io::Result<Watched> {
    let inotify = Inotify::init()?;
    let mut kinds = HashMap::new();
    for (place, kind) in places {
        match inotify.watches().add(place, WatchMask::MOVED_TO | WatchMask::CLOSE_WRITE | WatchMask::DELETE) {
            Ok(descriptor) => drop(kinds.insert(descriptor, *kind)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::debug!(place = %place.display(), %error, "not watched"),
        }
    }
    Ok(Watched { events: inotify.into_event_stream(vec![0; ROOM])?, kinds })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use model::{Address, Kind};

    use super::{Files, watch};
    use crate::{Notice, notices};

    #[tokio::test]
    async fn a_file_that_is_replaced_or_removed_rings_for_its_object() {
        let place = tempfile::tempdir().expect("a temporary directory can be made");
        fs::write(place.path().join("old.xml"), "").expect("it is writable");
        let watched = watch(&[(place.path(), Kind::Domain)]).expect("a directory can be watched");
        let mut files = Files { watched: Some(watched) };
        let (teller, mut notices) = notices(8);
        fs::write(place.path().join("web.xml.new"), "").expect("it is writable");
        fs::rename(place.path().join("web.xml.new"), place.path().join("web.xml")).expect("it is writable");
        fs::remove_file(place.path().join("old.xml")).expect("it is writable");
        let telling = tokio::spawn(async move { files.tell(&teller).await });
        for name in ["web", "old"] {
            assert_eq!(notices.next().await, Some(Notice::Changed(Address::new(Kind::Domain, name))));
        }
        telling.abort();
    }
}
