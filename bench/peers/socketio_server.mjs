// Copyright 2026 the Wirekit authors. MIT license.

/** A server of socket.io: it passes calls to a client by its name, and tells all. */

import { createServer } from "node:http";
import { load, tell } from "./worker.mjs";

const { Server } = load("socket.io");
const http = createServer();
const io = new Server(http, {
  perMessageDeflate: false,
  transports: ["websocket"],
});
const names = new Map();
io.on("connection", (socket) => {
  socket.on("name", (name, answer) => {
    names.set(name, socket);
    answer();
  });
  socket.on("call", (name, data, answer) => {
    names.get(name).emit("call", data, answer);
  });
  socket.on("all", (data) => socket.broadcast.emit("all", data));
});
http.listen(0, "127.0.0.1", () => {
  tell({ event: "ready", address: `http://127.0.0.1:${http.address().port}` });
});
