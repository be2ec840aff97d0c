//! Values that are written as text: sizes, rates, protocols, maps of text.

use std::{collections::BTreeMap, fmt};

use model::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// A size, written as text (`"4Gi"`) or as a number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub Bytes);

/// A rate in bytes a second, written as a size (`"100Mi"`, `"10MB/s"`) or in bits (`"1Gbps"`, `"100Mbit/s"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throughput(pub Bytes);

/// A transport protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}

impl Serialize for Size {
    /// Writes the number of bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => text.parse().map(Self).map_err(de::Error::custom),
            Value::Number(n) if n.is_u64() => Ok(Self(Bytes::new(n.as_u64().expect("it was just asked")))),
            other => Err(de::Error::custom(format_args!("`{other}` is not a size: expected text such as \"4Gi\""))),
        }
    }
}

impl<'de> Deserialize<'de> for Throughput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = || {
            let example = "expected one such as \"100Mbps\", \"1Gbit/s\" or \"10Mi\" (bytes a second)";
            de::Error::custom(format_args!("`{text}` is not a rate: {example}"))
        };
        let bits = ["bps", "bit/s", "bits/s", "bit"].iter().find_map(|unit| text.trim().strip_suffix(unit));
        let (amount, per_byte) =
            bits.map_or_else(|| (text.trim().trim_end_matches("/s"), 1), |amount| (amount.trim_end(), 8));
        let amount: Bytes = amount.parse().map_err(|_| refused())?;
        Ok(Self(Bytes::new(amount.get() / per_byte)))
    }
}

/// Reads a map whose values are text; numbers and booleans, which tags can carry, are written out.
pub(crate) fn text_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let map = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |(key, value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Number(n) => Ok((key, n.to_string())),
        Value::Bool(b) => Ok((key, b.to_string())),
        other => Err(de::Error::custom(format_args!("the value of `{key}` is `{other}`: expected text"))),
    };
    map.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::Throughput;

    #[test]
    fn rates_are_read_in_bits_and_in_bytes() {
        for (text, bytes) in [("1Gbps", 125_000_000), ("100Mbit/s", 12_500_000), ("10Mi", 10 << 20), ("8K/s", 8000)] {
            let rate: Throughput = serde_json::from_value(text.into()).expect(text);
            assert_eq!(rate.0.get(), bytes, "{text}");
        }
        assert!(serde_json::from_value::<Throughput>("fast".into()).is_err());
    }
}
