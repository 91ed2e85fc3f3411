// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One client of each protocol that the hub's doors speak, written on the bare
 * carrier: it sees the very texts. Each echoes `echo`, fails `fail`, keeps
 * `never` waiting and knows no other route.
 */

import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { JsonRpc, Wsrpc } from "./speakers/callers.ts";
import { Http } from "./speakers/http.ts";
import { Post } from "./speakers/post.ts";
import type { Speaker } from "./speakers/speaker.ts";
import { Winerp } from "./speakers/winerp.ts";

export { type Ended, Queue, type Speaker } from "./speakers/speaker.ts";

/** Makes a client on a transport, or on what sends its requests. */
export function speakOn(
  protocol: "winerp" | "JSON-RPC" | "wsrpc",
  transport: Transport,
  name: string,
): Speaker {
  if (protocol === "winerp") return new Winerp(transport, name);
  if (protocol === "wsrpc") return new Wsrpc(transport, name);
  return new JsonRpc(transport, name);
}

/** Makes a client whose requests go where they are sent. */
export function speakHttp(name: string, send: typeof fetch): Speaker {
  return new Http("http://127.0.0.1", name, send);
}

/** What makes a client of each protocol, by its name in the tests. */
export const SPEAKERS: Record<
  string,
  (urls: readonly string[], name: string) => Promise<Speaker>
> = {
  winerp: async ([url], name) => new Winerp(await connect(url!), name),
  "JSON-RPC": async ([url], name) =>
    new JsonRpc(await connect(`${url}/jsonrpc`), name),
  "JSON-RPC over TCP": async (urls, name) =>
    new JsonRpc(
      await connect(urls.find((url) => url.startsWith("tcp:"))!),
      name,
    ),
  "JSON-RPC over Unix": async (urls, name) =>
    new JsonRpc(
      await connect(urls.find((url) => url.startsWith("unix:"))!),
      name,
    ),
  wsrpc: async ([url], name) => new Wsrpc(await connect(`${url}/wsrpc/`), name),
  HTTP: ([url], name) => Promise.resolve(new Http(url!, name)),
};

/** What makes a client that asks, and has no name. */
export const POSTERS: Record<string, (url: string, name: string) => Speaker> = {
  "POST /call": (url, name) => new Post(url, name, "/call"),
  "POST /jsonrpc": (url, name) => new Post(url, name, "/jsonrpc"),
};
