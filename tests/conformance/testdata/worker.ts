// Copyright 2026 the Wirekit authors. MIT license.

// Carries messages between its parent and the port that comes first.
import { type Port, PortTransport } from "@wirekit/transport/port";
import { bridge } from "./bridge.ts";

self.addEventListener("message", (event) => {
  const [port] = (event as MessageEvent).ports;
  const parent = new PortTransport(self as unknown as Port);
  bridge(parent, new PortTransport(port!));
}, { once: true });
