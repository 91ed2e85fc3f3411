// Copyright 2026 the Wirekit authors. MIT license.

//! What one would write in Rust in an afternoon: a hub for winerp's messages on
//! tokio-tungstenite and serde's raw values, and a JSON-RPC server on jsonrpsee.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, RwLock};

use futures_util::{SinkExt, StreamExt};
use jsonrpsee::server::{RpcModule, Server};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{channel, Sender};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Messages that wait for one client; whoever has more for it waits.
const OUTBOX: usize = 1024;

const SUCCESS: u8 = 0;
const VERIFICATION: u8 = 1;
const REQUEST: u8 = 2;
const RESPONSE: u8 = 3;
const FAILURE: u8 = 4;
const PING: u8 = 5;
const INFORMATION: u8 = 6;
const FUNCTION_CALL: u8 = 7;

/// winerp's envelope, with its keys in the order of its server. A name with an
/// escape in it is not read; those of the benchmark have none.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Envelope<'a> {
    id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(borrow)]
    route: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
    traceback: Option<&'a RawValue>,
    uuid: Option<&'a RawValue>,
    destination: Option<&'a str>,
    pseudo_object: Option<&'a RawValue>,
}

type Clients = Arc<RwLock<HashMap<String, Sender<Utf8Bytes>>>>;

fn text(envelope: &Envelope) -> Utf8Bytes {
    serde_json::to_string(envelope).expect("an envelope").into()
}

fn raw(text: &str) -> Box<RawValue> {
    serde_json::value::to_raw_value(text).expect("a string")
}

fn refusal(to: &Envelope, why: &str) -> Utf8Bytes {
    let why = raw(why);
    text(&Envelope {
        kind: FAILURE,
        data: Some(&why),
        traceback: Some(&why),
        ..to.clone()
    })
}

fn find(clients: &Clients, name: Option<&str>) -> Option<Sender<Utf8Bytes>> {
    clients.read().ok()?.get(name?).cloned()
}

/// Tells the named receivers, or all others.
async fn tell(clients: &Clients, me: &str, envelope: &Envelope<'_>) {
    let names: Vec<String> = envelope
        .route
        .and_then(|route| serde_json::from_str(route.get()).ok())
        .unwrap_or_default();
    let receivers: Vec<_> = clients
        .read()
        .expect("the clients")
        .iter()
        .filter(|(name, _)| *name != me && (names.is_empty() || names.contains(name)))
        .map(|(name, sender)| (name.clone(), sender.clone()))
        .collect();
    for (name, sender) in receivers {
        let told = Envelope { route: None, destination: Some(&name), ..envelope.clone() };
        let _ = sender.send(text(&told)).await;
    }
}

async fn pass_on(clients: &Clients, me: &str, mine: &Sender<Utf8Bytes>, message: &str) {
    let Ok(envelope) = serde_json::from_str::<Envelope>(message) else { return };
    match envelope.kind {
        REQUEST | FUNCTION_CALL => {
            let Some(to) = find(clients, envelope.destination) else {
                let _ = mine.send(refusal(&envelope, "Destination not found.")).await;
                return;
            };
            let question =
                Envelope { id: envelope.destination, destination: Some(me), ..envelope };
            let _ = to.send(text(&question)).await;
        }
        RESPONSE | FAILURE => {
            if let Some(to) = find(clients, envelope.destination) {
                let _ = to.send(text(&envelope)).await;
            }
        }
        PING => {
            let pong = Envelope { id: envelope.id, kind: RESPONSE, uuid: envelope.uuid, ..Default::default() };
            let _ = mine.send(text(&pong)).await;
        }
        INFORMATION => tell(clients, me, &envelope).await,
        _ => {}
    }
}

async fn serve(clients: Clients, stream: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let socket = tokio_tungstenite::accept_async(stream).await?;
    let (mut sink, mut source) = socket.split();
    let (mine, mut outbox) = channel::<Utf8Bytes>(OUTBOX);

    let Some(Ok(first)) = source.next().await else { return Ok(()) };
    let first = first.into_text()?;
    let envelope: Envelope = serde_json::from_str(&first)?;
    let (VERIFICATION, Some(name)) = (envelope.kind, envelope.id) else { return Ok(()) };
    let is_taken = {
        let mut all = clients.write().expect("the clients");
        let is_taken = all.contains_key(name);
        if !is_taken {
            all.insert(name.to_owned(), mine.clone());
        }
        is_taken
    };
    if is_taken {
        sink.send(Message::Text(refusal(&envelope, "Already authorized."))).await?;
        return Ok(());
    }
    let data = raw("Authorized.");
    let welcome = Envelope { id: Some(name), kind: SUCCESS, data: Some(&data), uuid: envelope.uuid, ..Default::default() };
    sink.send(Message::Text(text(&welcome))).await?;

    // All that waits goes out with one flush.
    let writer = tokio::spawn(async move {
        while let Some(message) = outbox.recv().await {
            sink.feed(Message::Text(message)).await?;
            while let Ok(message) = outbox.try_recv() {
                sink.feed(Message::Text(message)).await?;
            }
            sink.flush().await?;
        }
        Ok::<(), tokio_tungstenite::tungstenite::Error>(())
    });
    while let Some(Ok(message)) = source.next().await {
        if let Message::Text(message) = message {
            pass_on(&clients, name, &mine, &message).await;
        }
    }
    clients.write().expect("the clients").remove(name);
    writer.abort();
    Ok(())
}

fn ready(address: std::net::SocketAddr) {
    println!("{{\"event\":\"ready\",\"address\":\"ws://{address}\"}}");
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("hub") {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        ready(listener.local_addr()?);
        let clients = Clients::default();
        loop {
            let (stream, _) = listener.accept().await?;
            let clients = clients.clone();
            tokio::spawn(async move { serve(clients, stream).await });
        }
    }
    let server = Server::builder().build("127.0.0.1:0").await?;
    let mut module = RpcModule::new(());
    module.register_method("sum", |params, _, _| {
        let (a, b): (f64, f64) = params.parse()?;
        Ok::<f64, jsonrpsee::types::ErrorObjectOwned>(a + b)
    })?;
    ready(server.local_addr()?);
    server.start(module).stopped().await;
    Ok(())
}
