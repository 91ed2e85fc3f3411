// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkOptions } from "@wirekit/internal/limits";
import { logged } from "./_log.ts";
import { Asker } from "./_asker.ts";
import { Incoming } from "./_incoming.ts";
import { quote } from "./_json.ts";
import { RemoteObjects } from "./_remote_objects.ts";
import { Responder } from "./_responder.ts";
import type { SessionOwner } from "./session/_options.ts";
import { Session } from "./session/_session.ts";
import type { ClientOptions } from "./options.ts";

/** The address on which winerp listens. */
const DEFAULT_URL = "ws://127.0.0.1:13254";

/** The client that the parts are of, as they know it. */
export interface Owner {
  readonly name: string;
  ping(target: string): Promise<boolean>;
}

/** What a client is made of. */
export interface Parts {
  /** The name of the client, as JSON text. */
  readonly id: string;
  /** When its calls give up by default. */
  readonly timeout: number;
  /** What it asks. */
  readonly asker: Asker;
  /** Its connections, one after the other. */
  readonly session: Session;
  /** What it answers. */
  readonly responder: Responder;
  /** What comes to it unasked. */
  readonly incoming: Incoming;
}

/** Makes the parts of a client; `told` tells its events. */
export function makeParts(
  owner: Owner,
  options: ClientOptions,
  told: SessionOwner["emit"],
): Parts {
  checkOptions(options);
  const emit = logged(owner.name, options.logger, told);
  const {
    token,
    tls,
    transport,
    // Where a transport of one's own leads is not known.
    url = transport ? () => DEFAULT_URL : DEFAULT_URL,
    reconnect = {},
    timeout = 60_000,
    connectTimeout = 10_000,
    heartbeat: { interval = 20_000, timeout: patience = 10_000 } = {},
    holdTimeout = 60_000,
    maxInFlight = 4096,
    maxHandlers = 1024,
    maxSentBytes = 2 * 1024 * 1024,
    exposeErrors = false,
  } = options;
  const id = quote(owner.name);
  const objects: RemoteObjects = new RemoteObjects({
    ask: (type, target, data, wait) =>
      asker.ask(session.link(), type, target, data, wait),
    answered: (response) => emit("response", response),
  });
  const asker = new Asker(
    id,
    maxInFlight,
    (path, data, isObject) => objects.answered(path, data, isObject),
  );
  const responder = new Responder({
    id,
    maxHandlers,
    exposeErrors,
    onError: (error) => emit("error", { error }),
    ping: (target) => owner.ping(target),
  });
  const incoming = new Incoming(owner, id, responder, emit);
  const session = new Session({
    id,
    url,
    token,
    tls,
    transport,
    reconnect,
    timeout,
    connectTimeout,
    heartbeat: { interval, timeout: patience },
    holdTimeout,
    maxSentBytes,
    asker,
    owner: incoming,
  });
  return { id, timeout, asker, session, responder, incoming };
}
