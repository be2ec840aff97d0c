//! The examples of the GraphQL reference, as printed there.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, http::HeaderValue};

use super::HOST;
use crate::{serving::Daemon, site::Site};

#[test]
fn the_queries_of_the_reference_are_answered_from_live_units() {
    let site = Site::new("gql");
    site.apply(HOST);
    let daemon = Daemon::start(&site, &[]);

    let list = daemon.data(
        "query { computeUnits(limit: 10) { id uuid tags status { state health }
           resources { compute { units architecture } memory { size } } } }",
    );
    let units = list["computeUnits"].as_array().expect("a list");
    let vm = units.iter().find(|unit| unit["id"] == site.fill("@-vm")).expect("it is listed");
    assert_eq!(units.len(), 3);
    assert_eq!(vm["tags"], json!(["web", "nginx"]));
    assert_eq!(vm["status"], json!({ "state": "RUNNING", "health": "HEALTHY" }));
    assert_eq!(
        vm["resources"],
        json!({ "compute": { "units": 1, "architecture": "X86_64" }, "memory": { "size": "96Mi" } })
    );
    assert_eq!(site.virsh(&["domuuid", "@-vm"]).succeeded().stdout.trim(), vm["uuid"]);

    let page = daemon.data(
        "query { computeUnits(filter: { labels: {environment: \"production\"} state: RUNNING workloadType: PERSISTENT }
           limit: 20 offset: 0) { id tags } }",
    );
    assert_eq!(page["computeUnits"], json!([{ "id": site.fill("@-vm"), "tags": ["web", "nginx"] }]));
    let count = daemon.data("{ computeUnitsCount(filter: { state: RUNNING }) }");
    assert_eq!(count["computeUnitsCount"], 3);

    let status = daemon.data("{ systemStatus { version health nodes computeUnits storageTotal uptime } }");
    assert_eq!(status["systemStatus"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["systemStatus"]["health"], "HEALTHY");
    assert_eq!(status["systemStatus"]["computeUnits"], 3);

    let unknown = daemon.answer("{\n  computeUnit(id: \"nobody\") { id } }");
    assert_eq!(unknown["errors"][0]["message"], "Compute unit not found");
    assert_eq!(unknown["errors"][0]["locations"], json!([{ "line": 2, "column": 3 }]));
    assert_eq!(unknown["errors"][0]["path"], json!(["computeUnit"]));

    let usage = daemon.data(&site.fill(
        "{ computeUnit(id: \"@-vm\") { status { resources { cpu memory disk network { rx tx } } } declaredAt origin } }",
    ));
    let memory = usage["computeUnit"]["status"]["resources"]["memory"].as_f64().expect("a number");
    assert!((1.0..=100.0).contains(&memory), "{usage}");
    assert_eq!(usage["computeUnit"]["origin"], "NIX");
    let declared_at = usage["computeUnit"]["declaredAt"].as_str().expect("a place");
    assert!(declared_at.contains("host.nix:2"), "{declared_at}");
}

#[test]
fn changes_of_state_are_followed_and_written_down() {
    let site = Site::new("sub");
    site.apply(HOST);
    let daemon = Daemon::start(&site, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (name, address) = (site.fill("@-c"), daemon.address.clone());
    let told = runtime.block_on(follow(&address, || {
        site.docker(&["pause", "@-c"]).succeeded();
    }));
    let unit = json!({ "id": name, "status": { "state": "PAUSED", "health": "HEALTHY" } });
    assert_eq!(told["payload"]["data"]["computeUnitStateChanged"]["id"], unit["id"]);
    assert_eq!(told["payload"]["data"]["computeUnitStateChanged"]["status"]["state"], "PAUSED");

    let events = || {
        let query = "{ events(filter: { types: [COMPUTE_STATE_CHANGED] }, limit: 5)
                       { id timestamp type severity source message metadata } }";
        daemon.data(query)["events"].clone()
    };
    crate::site::await_for("the event", std::time::Duration::from_secs(5), || {
        events().as_array().is_some_and(|events| !events.is_empty())
    });
    let events = events();
    let event = events.as_array().expect("a list").last().expect("one event");
    assert_eq!((&event["source"], &event["type"]), (&json!(name), &json!("COMPUTE_STATE_CHANGED")));
    assert_eq!(event["metadata"], json!({ "from": "running", "to": "paused" }));
}

/// The first message about a unit after `deed`.
async fn follow(address: &str, deed: impl FnOnce()) -> Value {
    let mut request = format!("ws://{address}/graphql").into_client_request().expect("a request");
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("it is let in");
    let query = "subscription { computeUnitStateChanged { id status { state health } } }";
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": query } });
    // The answer to the ping comes once the subscription before it was taken up.
    for message in [json!({ "type": "connection_init" }), subscribe, json!({ "type": "ping" })] {
        socket.send(Message::text(message.to_string())).await.expect("it is open");
    }
    let mut deed = Some(deed);
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(text.as_str()).expect("JSON");
        match message["type"].as_str() {
            Some("pong") => deed.take().expect("one ping")(),
            Some("next") => return message,
            _ => {}
        }
    }
    panic!("the socket was closed");
}
