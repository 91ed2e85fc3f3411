// Copyright 2026 the Wirekit authors. MIT license.

import { connect } from "@wirekit/transport/connect";
import { connectTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { connectUnix } from "@wirekit/transport/unix";
import type { Caller } from "./caller.ts";
import { HttpClient } from "./http_client.ts";
import type { LogEntry } from "./log.ts";
import type { Params } from "./message.ts";
import { Peer } from "./peer.ts";
import { framerOf, type Framing, spawn } from "./stdio.ts";

/** What a command speaks to. */
export interface Target extends AsyncDisposable {
  readonly caller: Caller;
  /** The peer, unless it is HTTP. */
  readonly peer?: Peer;
}

/** How to speak to it. */
export interface TargetOptions {
  headers: [string, string][];
  framing: Framing;
  timeout: number;
  signal: AbortSignal;
  onNotification(method: string, params: Params | undefined): void;
}

/** Connects to a URL, or starts a program. */
export async function openTarget(
  place: string | readonly string[],
  options: TargetOptions,
): Promise<Target> {
  const peerOptions = {
    onMessage: (entry: LogEntry) => notice(entry, options),
  };
  if (typeof place !== "string") {
    const [program = "", ...args] = place;
    const { framing } = options;
    const child = spawn(program, { args, framing, ...peerOptions });
    const { peer } = child;
    const dispose = () => child[Symbol.asyncDispose]();
    return { caller: peer, peer, [Symbol.asyncDispose]: dispose };
  }
  const url = new URL(place);
  if (url.protocol === "http:" || url.protocol === "https:") {
    const client = new HttpClient(url, { headers: options.headers });
    const dispose = () => client.close();
    return { caller: client, [Symbol.asyncDispose]: dispose };
  }
  const peer = new Peer(await openTransport(url, options), peerOptions);
  return { caller: peer, peer, [Symbol.asyncDispose]: () => peer.close() };
}

function openTransport(url: URL, options: TargetOptions): Promise<Transport> {
  const { signal, timeout: connectTimeout, headers, framing } = options;
  if (framing === "content-length") {
    const framer = framerOf(framing);
    const { hostname, protocol } = url;
    if (protocol === "unix:") {
      const path = decodeURIComponent(url.pathname);
      return connectUnix({ path, signal, connectTimeout }, framer);
    }
    if (protocol === "tcp:" || protocol === "tls:") {
      const tls = protocol === "tls:";
      const port = Number(url.port);
      return connectTcp(
        { hostname, port, tls, signal, connectTimeout },
        framer,
      );
    }
  }
  return connect(url, { signal, connectTimeout, headers });
}

function notice(
  { direction, kind, message }: LogEntry,
  { onNotification }: TargetOptions,
): void {
  if (direction !== "in" || kind !== "notification") return;
  const { method, params } = message as { method: string; params?: Params };
  if (/_subscription$|^\$\//.test(method)) return;
  onNotification(method, params);
}
