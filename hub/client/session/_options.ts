// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Asker } from "../_asker.ts";
import type { Link } from "../_link.ts";
import type { Message } from "../_wire.ts";
import type { ClientEvents, ClientEventType } from "../events.ts";
import type { ClientOptions } from "../options.ts";
import type { OpenOptions } from "./_open.ts";

/** What a session needs: the options of its client, with all defaults. */
export interface SessionOptions extends
  OpenOptions,
  Required<
    Pick<
      ClientOptions,
      "timeout" | "connectTimeout" | "holdTimeout" | "maxSentBytes"
    >
  > {
  readonly reconnect: ClientOptions["reconnect"];
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  /** The name of the client, as JSON text. */
  readonly id: string;
  /** What the client asks over its connections. */
  readonly asker: Asker;
  readonly owner: SessionOwner;
}

/** The client of a session. */
export interface SessionOwner {
  /** Takes an event. */
  emit<K extends ClientEventType>(type: K, detail: ClientEvents[K]): void;
  /** The hub has accepted the name. */
  accepted(link: Link): void;
  /**
   * Takes a request in the form in which this package's hub relays it; returns
   * whether it is one.
   */
  receiveInOrder(link: Link, text: string): boolean;
  /** Takes a message that is neither about the session nor an answer. */
  receive(link: Link, message: Message, size: number): void;
}
