//! What the engine tells by itself.

use std::collections::HashMap;

use bollard::{
    models::{EventMessage, EventMessageTypeEnum as Type},
    query_parameters::EventsOptions,
};
use futures::StreamExt;
use jiff::Timestamp;
use model::{Address, Backend, Kind};

use super::{Docker, EngineError, container::leftover_of, status::name_of};
use crate::{Notice, Teller};

/// What changes nothing that we look at.
const IGNORED: [&str; 12] = [
    "attach",
    "commit",
    "copy",
    "detach",
    "exec_create",
    "exec_detach",
    "exec_die",
    "exec_start",
    "export",
    "resize",
    "top",
    "archive-path",
];

impl Docker {
    /// Tells of every change until the engine is lost or nobody listens.
    pub(super) async fn tell_events(&self, teller: &Teller) -> Result<(), EngineError> {
        // The engine tells again what it told since then, so nothing is lost before the stream is open.
        let since = Timestamp::now().as_second().to_string();
        let client = self.engine.client().await?;
        self.engine.calls.read();
        self.engine.read("whether it answers", |client| async move { client.ping().await }).await?;
        let types = ["container", "image", "network", "volume"].map(str::to_owned).to_vec();
        let filters = Some(HashMap::from([("type".to_owned(), types)]));
        let mut events =
            std::pin::pin!(client.events(Some(EventsOptions { since: Some(since), filters, until: None })));
        teller.tell(Notice::Attached(Backend::Docker));
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = teller.closed() => return Ok(()),
            };
            match event {
                Some(Ok(event)) => self.tell_event(&event, teller).await,
                Some(Err(error)) => return Err(self.engine.sort("its events", error)),
                None => return Err(EngineError::Gone),
            }
        }
    }

    async fn tell_event(&self, event: &EventMessage, teller: &Teller) {
        let heard = hear(event);
        heard.notices.into_iter().for_each(|notice| teller.tell(notice));
        if let Some(id) = heard.joined_or_left {
            match self.inspect_container(&id).await {
                Ok(Some(inspect)) => teller.tell(changed(Kind::Container, name_of(&inspect))),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, id, "whose network changed is not known"),
            }
        }
    }
}

/// What an event says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    notices: Vec<Notice>,
    /// The id of a container that joined or left a network; its name is not told.
    joined_or_left: Option<String>,
}

fn hear(event: &EventMessage) -> Heard {
    let action = event.action.as_deref().unwrap_or_default();
    let action = action.split_once(':').map_or(action, |(action, _)| action);
    let actor = event.actor.clone().unwrap_or_default();
    let attribute = |key: &str| actor.attributes.as_ref().and_then(|attributes| attributes.get(key)).cloned();
    if IGNORED.contains(&action) {
        return Heard::default();
    }
    match event.typ {
        Some(Type::CONTAINER) => {
            let names = [attribute("name"), attribute("oldName")].into_iter().flatten();
            let units = names.map(|name| name.trim_start_matches('/').to_owned());
            let notices =
                units.map(|name| changed(Kind::Container, leftover_of(&name).map_or(&*name, |(unit, _)| unit)));
            Heard { notices: notices.collect(), joined_or_left: None }
        }
        Some(Type::NETWORK) => Heard {
            notices: attribute("name").map(|name| changed(Kind::DockerNetwork, &name)).into_iter().collect(),
            joined_or_left: attribute("container"),
        },
        Some(Type::VOLUME) if matches!(action, "create" | "destroy") => Heard {
            notices: actor.id.map(|name| changed(Kind::DockerVolume, &name)).into_iter().collect(),
            ..Heard::default()
        },
        // Images are known here by the references they are declared with, there by others.
        Some(Type::IMAGE) => Heard { notices: vec![Notice::Attached(Backend::Docker)], joined_or_left: None },
        _ => Heard::default(),
    }
}

fn changed(kind: Kind, name: &str) -> Notice {
    Notice::Changed(Address::new(kind, name))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::hear;

    #[track_caller]
    fn check(typ: &str, action: &str, attributes: Value, expected: Expect) {
        let event = json!({ "Type": typ, "Action": action, "Actor": { "ID": "abc", "Attributes": attributes } });
        let heard = hear(&serde_json::from_value(event).expect("an event"));
        expected.assert_eq(&format!("{:?} {:?}", heard.notices, heard.joined_or_left));
    }

    #[test]
    fn an_event_names_what_to_look_at() {
        check(
            "container",
            "health_status: healthy",
            json!({ "name": "web" }),
            expect![[r#"[Changed(Address { kind: Container, name: "web" })] None"#]],
        );
        check("container", "exec_start: sh -c true", json!({ "name": "web" }), expect!["[] None"]);
        check(
            "container",
            "rename",
            json!({ "name": "new", "oldName": "/old" }),
            expect![[
                r#"[Changed(Address { kind: Container, name: "new" }), Changed(Address { kind: Container, name: "old" })] None"#
            ]],
        );
        check(
            "network",
            "disconnect",
            json!({ "name": "front", "container": "4f2" }),
            expect![[r#"[Changed(Address { kind: DockerNetwork, name: "front" })] Some("4f2")"#]],
        );
        check("volume", "mount", json!({}), expect!["[] None"]);
        check(
            "volume",
            "destroy",
            json!({}),
            expect![[r#"[Changed(Address { kind: DockerVolume, name: "abc" })] None"#]],
        );
        check("image", "untag", json!({ "name": "x" }), expect!["[Attached(Docker)] None"]);
    }
}
