// Copyright 2026 the Wirekit authors. MIT license.

/** What one would write in Node in an afternoon: a hub for winerp's messages. */

import { load, tell } from "./worker.mjs";

const VERIFICATION = 1;
const REQUEST = 2;
const RESPONSE = 3;
const FAILURE = 4;
const INFORMATION = 6;

const { WebSocketServer } = load("ws");
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: false,
});
const clients = new Map();

function informed(names) {
  if (!names?.length) return clients.entries();
  return names.map((name) => [name, clients.get(name)]);
}

server.on("connection", (socket) => {
  let me;
  const send = (to, message) => to.send(JSON.stringify(message));
  socket.on("close", () => {
    if (clients.get(me) === socket) clients.delete(me);
  });
  socket.on("message", (bytes) => {
    const message = JSON.parse(bytes);
    const { type, id, destination, route } = message;
    if (me === undefined) {
      if (type !== VERIFICATION || clients.has(id)) return socket.terminate();
      me = id;
      clients.set(me, socket);
      send(socket, { ...message, type: 0, data: "Authorized." });
    } else if (type === REQUEST) {
      const to = clients.get(destination);
      if (to) send(to, { ...message, id: destination, destination: me });
      else {
        const data = "Destination not found.";
        send(socket, { ...message, type: FAILURE, data });
      }
    } else if (type === RESPONSE || type === FAILURE) {
      const to = clients.get(destination);
      if (to) send(to, message);
    } else if (type === INFORMATION) {
      for (const [name, to] of informed(route)) {
        if (!to || to === socket) continue;
        send(to, { ...message, route: null, destination: name });
      }
    }
  });
});
server.on("listening", () => {
  tell({
    event: "ready",
    address: `ws://127.0.0.1:${server.address().port}`,
  });
});
