// Copyright 2026 the Wirekit authors. MIT license.

import { assertThrows } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { FakeTime } from "@wirekit/internal/testing";
import { Client } from "./client.ts";
import { Peer } from "./peer.ts";
import { Server } from "./server.ts";

/** What takes options; what it returns ends it. */
const TAKERS: Record<string, (options: object) => AsyncDisposable> = {
  Peer: (options) => new Peer(pair()[0], options),
  Server: (options) => new Server(options),
  Client: (options) =>
    new Client("ws://nowhere", {
      transport: () => new Promise(() => {}),
      ...options,
    }),
};

const ALL = ["Peer", "Server", "Client"];

/** The options that are a time, by how a user writes them, and who takes them. */
const TIMES: Record<string, string[]> = {
  "timeout": ALL,
  "heartbeat.interval": ALL,
  "heartbeat.timeout": ALL,
  "connectTimeout": ["Client"],
  "idleTimeout": ["Server"],
  "handshakeTimeout": ["Server"],
};

/** The options that are a limit. */
const LIMITS: Record<string, string[]> = {
  "maxInFlight": ALL,
  "maxHandlers": ALL,
  "maxQueuedBytes": ALL,
  "maxSentBytes": ALL,
  "maxConnections": ["Server"],
};

function written(option: string, value: number): object {
  const [name = "", member] = option.split(".");
  return { [name]: member ? { [member]: value } : value };
}

for (const [option, takers] of Object.entries({ ...TIMES, ...LIMITS })) {
  const isTime = option in TIMES;
  for (const taker of takers) {
    for (const value of [NaN, -1, ...(isTime ? [0] : [])]) {
      Deno.test(`${taker} refuses ${option}: ${value}, and names it`, () => {
        const make = () => TAKERS[taker]!(written(option, value));
        assertThrows(make, RangeError, `${option} must be`);
      });
    }
    for (const value of [1, 2 ** 31, 2 ** 32, Infinity]) {
      Deno.test(`${taker} takes ${option}: ${value}`, async () => {
        using _time = new FakeTime();
        await using _ = TAKERS[taker]!(written(option, value));
      });
    }
  }
}
