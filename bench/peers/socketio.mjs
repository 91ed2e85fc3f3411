// Copyright 2026 the Wirekit authors. MIT license.

/** A client of socket.io that asks, or answers, with acknowledgements. */

import process from "node:process";
import { checked, load, work } from "./worker.mjs";

const [role, port] = process.argv.slice(2);
const { io } = load("socket.io-client");
const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
await new Promise((resolve) => socket.on("connect", resolve));
socket.on("call", (data, answer) => answer(data));
await new Promise((resolve) => socket.emit("name", role, resolve));
work(
  checked((data) =>
    new Promise((resolve) => socket.emit("call", "responder", data, resolve))
  ),
);
