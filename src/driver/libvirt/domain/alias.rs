//! Device names in user aliases: `ua-disk-root` is the disk `root`.
//!
//! libvirt wants aliases unique over all devices of a domain and made of letters, digits, `-` and `_`; so the
//! kind of the device is part of the alias, and any other character is written `_` and two hex digits a byte.

use crate::libvirt::xml::Element;

/// The kinds of device that carry a name of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// `<disk>`.
    Disk,
    /// `<interface>`.
    Interface,
    /// `<filesystem>`.
    Filesystem,
    /// `<hostdev>`.
    HostDevice,
}

impl Named {
    /// The element's name.
    pub(crate) const fn element(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Interface => "interface",
            Self::Filesystem => "filesystem",
            Self::HostDevice => "hostdev",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Disk => "ua-disk-",
            Self::Interface => "ua-net-",
            Self::Filesystem => "ua-fs-",
            Self::HostDevice => "ua-dev-",
        }
    }

    /// The alias of the device called `name`.
    pub(crate) fn alias(self, name: &str) -> String {
        let mut alias = self.prefix().to_owned();
        let bytes = name.as_bytes();
        for (at, &byte) in bytes.iter().enumerate() {
            let ambiguous =
                byte == b'_' && bytes.len() > at + 2 && bytes[at + 1..at + 3].iter().all(u8::is_ascii_hexdigit);
            if byte.is_ascii_alphanumeric() || byte == b'-' || (byte == b'_' && !ambiguous) {
                alias.push(char::from(byte));
            } else {
                alias.push_str(&format!("_{byte:02x}"));
            }
        }
        alias
    }

    /// The name that a device's alias carries, if it has one of ours.
    pub(crate) fn name(self, device: &Element) -> Option<String> {
        let alias = device.attr_at(&["alias"], "name")?;
        let coded = alias.strip_prefix(self.prefix()).or_else(|| alias.strip_prefix("ua-"))?;
        Some(decode(coded))
    }

    /// The name of a device: its alias's, else one that stays the same as long as the device is there.
    pub(crate) fn key(self, device: &Element) -> Option<String> {
        let fallback = match self {
            Self::Disk => device.attr_at(&["target"], "dev").map(str::to_owned),
            // With dashes, so that it can be written as a name in a declaration that adopts the domain.
            Self::Interface => {
                device.attr_at(&["mac"], "address").map(|mac| format!("nic-{}", mac.to_lowercase().replace(':', "-")))
            }
            Self::Filesystem => device.attr_at(&["target"], "dir").map(str::to_owned),
            Self::HostDevice => super::xml::hostdev::address(device),
        };
        self.name(device).or(fallback)
    }
}

fn decode(coded: &str) -> String {
    let bytes = coded.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let escaped = (bytes[at] == b'_').then(|| coded.get(at + 1..at + 3)).flatten();
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).unwrap_or_else(|_| coded.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::libvirt::xml::Element;

    #[test]
    fn any_name_survives_the_way_through_an_alias() {
        for name in ["root", "my_disk", "a.b", "x_2ey", "_", "größe", "52:54:00:00:00:01", "trailing_2"] {
            let alias = Named::Disk.alias(name);
            assert!(alias.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{alias}");
            let device = Element::new("disk").holding(Element::new("alias").with("name", alias));
            assert_eq!(Named::Disk.name(&device).as_deref(), Some(name));
        }
    }
}
