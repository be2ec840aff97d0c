//! The protocol over a real socket, each rule with its code.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    testing::{Fake, doors},
    view::State,
};

/// A client of a server of its own.
struct Client {
    socket: WebSocketStream<TcpStream>,
    fake: Arc<Fake>,
}

async fn serve(fake: &Arc<Fake>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = doors(fake);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn open(protocol: Option<&str>, origin: Option<&str>) -> Result<Client, u16> {
    let fake = Fake::new(&["web"]);
    let address = serve(&fake).await;
    let mut request = format!("ws://{address}/graphql").into_client_request().expect("a request");
    let headers = [("sec-websocket-protocol", protocol), ("origin", origin)];
    for (name, value) in headers.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let value = value.replace("SELF", &address.to_string());
        request.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a header"));
    }
    let stream = TcpStream::connect(address).await.expect("it listens");
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(Client { socket, fake }),
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Client {
    async fn new() -> Self {
        open(Some("graphql-transport-ws"), None).await.expect("it is let in")
    }

    async fn acknowledged() -> Self {
        let mut client = Self::new().await;
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    async fn say(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("it is open");
    }

    async fn hear(&mut self) -> Value {
        let message = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("it answers");
        match message {
            Some(Ok(Message::Text(text))) => serde_json::from_str(text.as_str()).expect("JSON"),
            other => panic!("{other:?} instead of a message"),
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("it answers");
            match message {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("{other:?} instead of a close"),
            }
        }
    }

    async fn follow(&mut self, id: &str, query: &str) {
        let before = self.fake.followers();
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
        while self.fake.followers() == before {
            tokio::task::yield_now().await;
        }
    }
}

const FOLLOW: &str = "subscription { computeUnitStateChanged { id status { state } } }";

#[tokio::test]
async fn changes_are_told_until_the_client_has_enough() {
    let mut client = Client::acknowledged().await;
    client.follow("1", FOLLOW).await;
    client.fake.tell("web", State::Running);
    client.fake.tell("web", State::Stopped);
    let data = json!({ "computeUnitStateChanged": { "id": "web", "status": { "state": "STOPPED" } } });
    let expected = json!({ "type": "next", "id": "1", "payload": { "data": data } });
    assert_eq!(client.hear().await, expected, "a change of nothing is not told");
    client.say(json!({ "type": "complete", "id": "1" })).await;
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    while client.fake.followers() > 0 {
        tokio::task::yield_now().await;
    }
    client.follow("1", FOLLOW).await;
}

#[tokio::test]
async fn only_the_unit_that_was_named_is_told_of() {
    let mut client = Client::acknowledged().await;
    client.follow("1", "subscription { computeUnitStateChanged(id: \"web\") { id } }").await;
    client.fake.tell("db", State::Stopped);
    client.fake.tell("web", State::Stopped);
    assert_eq!(client.hear().await["payload"]["data"]["computeUnitStateChanged"]["id"], "web");
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_so() {
    let mut client = Client::acknowledged().await;
    client.follow("1", FOLLOW).await;
    // One after the other without the server having its turn: more than it keeps.
    (0..40).for_each(|_| client.fake.tell("web", State::Stopped));
    let code = loop {
        let message = client.hear().await;
        if let Some(errors) = message["payload"]["errors"].as_array() {
            break errors[0]["extensions"]["code"].clone();
        }
    };
    assert_eq!(code, "RESYNC");
    assert_eq!(client.hear().await, json!({ "type": "complete", "id": "1" }));
}

#[tokio::test]
async fn a_query_has_one_answer_and_an_error_ends_its_operation_only() {
    let mut client = Client::acknowledged().await;
    client.say(json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ systemStatus { version } }" } })).await;
    assert_eq!(client.hear().await["payload"]["data"]["systemStatus"]["version"], "1.2.3");
    assert_eq!(client.hear().await, json!({ "type": "complete", "id": "1" }));
    for payload in [json!({ "query": "{ nothing }" }), json!({ "query": "{" }), json!({}), json!("text")] {
        client.say(json!({ "type": "subscribe", "id": "2", "payload": payload })).await;
        let message = client.hear().await;
        assert_eq!(message["type"], "error", "{message}");
        assert!(message["payload"][0]["message"].is_string(), "{message}");
    }
}

#[tokio::test]
async fn each_breach_of_the_protocol_has_its_code() {
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": FOLLOW } });
    let init = json!({ "type": "connection_init" });
    let cases = [
        (vec![subscribe.clone()], 4401),
        (vec![init.clone(), init.clone()], 4429),
        (vec![init.clone(), subscribe.clone(), subscribe], 4409),
        (vec![json!({ "type": "nonsense" })], 4400),
        (vec![json!({ "type": "subscribe", "payload": {} })], 4400),
        (vec![json!("x".repeat(1000))], 4400),
    ];
    for (messages, code) in cases {
        let mut client = Client::new().await;
        for message in &messages {
            client.say(message.clone()).await;
        }
        assert_eq!(client.closed().await, code, "{messages:?}");
    }
    let mut client = Client::new().await;
    client.socket.send(Message::binary(vec![1, 2])).await.expect("it is open");
    assert_eq!(client.closed().await, 4400);
    let mut silent = Client::new().await;
    assert_eq!(silent.closed().await, 4408);
    assert_eq!(open(None, None).await.expect("it is let in").closed().await, 4406);
}

#[tokio::test]
async fn pages_of_other_sites_are_not_let_in() {
    let protocol = Some("graphql-transport-ws");
    assert!(open(protocol, Some("http://SELF")).await.is_ok());
    assert_eq!(open(protocol, Some("http://evil.example")).await.err(), Some(403));
}

#[tokio::test]
async fn a_connection_has_so_many_streams_and_no_more() {
    let mut client = Client::acknowledged().await;
    for n in 0..32 {
        client.follow(&n.to_string(), FOLLOW).await;
    }
    client.say(json!({ "type": "subscribe", "id": "32", "payload": { "query": FOLLOW } })).await;
    let message = client.hear().await;
    assert_eq!(
        (&message["type"], &message["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("TOO_MANY_STREAMS"))
    );
}
