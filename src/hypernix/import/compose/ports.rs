//! Ports that a service publishes.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::fields::{Fields, scalar};
use crate::export::Declaration;

/// The ports of a service in our spelling.
pub(super) fn published(service: &mut Fields, unit: &mut Declaration) -> Vec<String> {
    let items = match service.take("ports") {
        None => return Vec::new(),
        Some(Value::Array(items)) => items,
        Some(one) => vec![one],
    };
    items.into_iter().flat_map(|item| port(item, unit)).collect()
}

fn port(item: Value, unit: &mut Declaration) -> Vec<String> {
    let shown = item.to_string();
    let ports = match scalar(&item) {
        Some(text) => short(&text),
        None => long(Fields::of(item), unit),
    };
    ports.unwrap_or_else(|| {
        unit.leave_out(format!("ports: {shown}"));
        Vec::new()
    })
}

/// `[address:][host[-end]:]container[-end][/protocol]`.
fn short(text: &str) -> Option<Vec<String>> {
    let (numbers, protocol) =
        text.split_once('/').map_or((text, None), |(numbers, protocol)| (numbers, Some(protocol)));
    let (host, container) =
        numbers.rsplit_once(':').map_or((None, numbers), |(host, container)| (Some(host), container));
    let (address, host) = match host {
        None => (None, None),
        Some(host) => host.rsplit_once(':').map_or((None, Some(host)), |(address, port)| (Some(address), Some(port))),
    };
    mapped(address, host.filter(|host| !host.is_empty()), container, protocol)
}

fn long(mut fields: Fields, unit: &mut Declaration) -> Option<Vec<String>> {
    let target = fields.text("target")?;
    let (published, address, protocol) = (fields.text("published"), fields.text("host_ip"), fields.text("protocol"));
    fields.ignore(&["mode", "name", "app_protocol"]);
    unit.left_out.extend(fields.rest().into_iter().map(|line| format!("ports.{line}")));
    mapped(address.as_deref(), published.as_deref(), &target, protocol.as_deref())
}

fn mapped(address: Option<&str>, host: Option<&str>, container: &str, protocol: Option<&str>) -> Option<Vec<String>> {
    let inside: Vec<u16> = range(container)?.collect();
    let outside: Vec<u16> = host.map_or(Some(Vec::new()), |host| range(host).map(Iterator::collect))?;
    if !outside.is_empty() && outside.len() != inside.len() {
        return None;
    }
    let address = address.map(str::trim).filter(|address| !address.is_empty());
    let address = address.map_or(String::new(), |address| match address.trim_matches(['[', ']']) {
        plain if plain.contains(':') => format!("[{plain}]:"),
        plain => format!("{plain}:"),
    });
    let protocol = protocol.filter(|protocol| *protocol != "tcp").map_or(String::new(), |word| format!("/{word}"));
    let ports = inside.iter().enumerate().map(|(index, inside)| match outside.get(index) {
        Some(outside) => format!("{address}{outside}:{inside}{protocol}"),
        None => format!("{inside}{protocol}"),
    });
    Some(ports.collect())
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn ports_read_as_compose_reads_them() {
        for (text, expected) in [
            ("3000", &["3000"][..]),
            ("8000:80", &["8000:80"]),
            ("127.0.0.1:8001:8001/tcp", &["127.0.0.1:8001:8001"]),
            ("[::1]:6060:6060/udp", &["[::1]:6060:6060/udp"]),
            ("3000-3002:4000-4002", &["3000:4000", "3001:4001", "3002:4002"]),
            ("127.0.0.1::5000", &["5000"]),
        ] {
            let read = short(text).expect(text);
            assert_eq!(read, expected, "{text}");
        }
        for wrong in ["web", "1-3:5-6", "70000"] {
            assert_eq!(short(wrong), None, "{wrong}");
        }
    }
}
