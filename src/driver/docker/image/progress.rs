//! How far a pull is, from what the engine says of each layer.

use std::collections::BTreeMap;

use bollard::models::CreateImageInfo;
use model::Bytes;

/// The layers that are on their way.
#[derive(Debug, Default)]
pub(super) struct Layers(BTreeMap<String, Layer>);

#[derive(Clone, Copy, Debug, Default)]
struct Layer {
    done: u64,
    total: u64,
}

impl Layers {
    /// Takes note of a line; returns how much has come, and of how much that has begun to, where the line changes it.
    pub(super) fn take(&mut self, line: &CreateImageInfo) -> Option<(Bytes, Bytes)> {
        let id = line.id.as_ref()?;
        match line.status.as_deref()? {
            "Downloading" => {
                let detail = line.progress_detail.as_ref()?;
                let layer = Layer { done: count(detail.current)?, total: count(detail.total)? };
                self.0.insert(id.clone(), layer);
            }
            "Download complete" => {
                let layer = self.0.get_mut(id)?;
                layer.done = layer.total;
            }
            _ => return None,
        }
        let sum = |part: fn(&Layer) -> u64| Bytes::new(self.0.values().map(part).sum());
        Some((sum(|layer| layer.done), sum(|layer| layer.total)))
    }
}

fn count(number: Option<i64>) -> Option<u64> {
    u64::try_from(number?).ok()
}

#[cfg(test)]
mod tests {
    use bollard::models::{CreateImageInfo, ProgressDetail};

    use super::Layers;

    #[test]
    fn what_has_come_of_every_layer_is_counted_together() {
        let line = |id: &str, status: &str, progress: Option<(i64, i64)>| CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: progress
                .map(|(current, total)| ProgressDetail { current: Some(current), total: Some(total) }),
            ..CreateImageInfo::default()
        };
        let mut layers = Layers::default();
        let mut take = |line| layers.take(&line).map(|(done, total)| (done.get(), total.get()));
        assert_eq!(take(line("a", "Pulling fs layer", None)), None);
        assert_eq!(take(line("a", "Downloading", Some((10, 100)))), Some((10, 100)));
        assert_eq!(take(line("b", "Downloading", Some((5, 50)))), Some((15, 150)));
        assert_eq!(take(line("a", "Download complete", None)), Some((105, 150)));
        assert_eq!(take(line("a", "Extracting", Some((1, 100)))), None);
        assert_eq!(take(CreateImageInfo::default()), None);
    }
}
