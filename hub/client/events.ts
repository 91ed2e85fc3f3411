// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The events of the {@linkcode Client}.
 *
 * @module
 */

/** Something that another client told this one, and perhaps others. */
export interface Information {
  /** What was said: any JSON. */
  readonly data: unknown;
  /** The name of the client that said it. */
  readonly source: string;
}

/** The end of a connection. */
export interface Disconnect {
  /** Why, if it was not this client that closed it. */
  readonly error: Error | undefined;
}

/** A request that came in; also one for a route that does not exist. */
export interface IncomingRequest {
  /** The name of the route. */
  readonly route: string;
  /** The name of the client that asks. */
  readonly source: string;
  /** What it asks with. */
  readonly data: unknown;
}

/** An answer to one of our requests. */
export interface IncomingResponse {
  /** The name of the route. */
  readonly route: string;
  /** The name of the client that was asked. */
  readonly source: string;
  /** What it answered. */
  readonly data: unknown;
}

/** Something that went wrong and that no caller was told. */
export interface Failure {
  /**
   * What a route of this client threw, a {@linkcode RemoteError} that belongs to
   * no call, why the first or a later attempt to connect failed, or what came in
   * and was no message.
   */
  readonly error: unknown;
}

/** What each event of a {@linkcode Client} has as its `detail`. */
export interface ClientEvents {
  /** The connection is open; the hub has not accepted the name yet. */
  connect: undefined;
  /** The hub accepted the name, at once or after a hold. */
  ready: undefined;
  /** Another client has the name: this one waits until it leaves. */
  hold: undefined;
  /** The connection ended. All open calls have ended before. */
  disconnect: Disconnect;
  /** A request came in. */
  request: IncomingRequest;
  /** An answer to a request of this client came in. */
  response: IncomingResponse;
  /** Another client told something. */
  information: Information;
  /** Something went wrong that no caller was told. */
  error: Failure;
}

/** The types of the events of a {@linkcode Client}. */
export type ClientEventType = keyof ClientEvents;

/**
 * A listener of a {@linkcode Client}.
 *
 * @typeParam K The type of the event.
 */
export type ClientEventListener<K extends ClientEventType> =
  | ((event: CustomEvent<ClientEvents[K]>) => void)
  | { handleEvent(event: CustomEvent<ClientEvents[K]>): void };

/**
 * The `EventTarget` under a {@linkcode Client}, with typed listeners.
 *
 * @example Listen once
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { assertEquals } from "@std/assert";
 *
 * const client = new Client("alpha");
 * let error: unknown;
 * client.addEventListener("error", ({ detail }) => error = detail.error, {
 *   once: true,
 * });
 * client.dispatchEvent(new CustomEvent("error", { detail: { error: "why" } }));
 * assertEquals(error, "why");
 * ```
 */
export class ClientEventTarget extends EventTarget {
  readonly #heard = new Set<string>();

  /**
   * Calls `listener` at each event of a type.
   *
   * @typeParam K The type of the event.
   * @param type The type of the event.
   * @param listener What to call.
   * @param options As of every `EventTarget`: `once`, `signal` …
   */
  override addEventListener<K extends ClientEventType>(
    type: K,
    listener: ClientEventListener<K> | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.#heard.add(type);
    super.addEventListener(type, listener as EventListener | null, options);
  }

  /**
   * Calls `listener` no more.
   *
   * @typeParam K The type of the event.
   * @param type The type of the event.
   * @param listener What was given to `addEventListener`.
   * @param options As given to `addEventListener`.
   */
  override removeEventListener<K extends ClientEventType>(
    type: K,
    listener: ClientEventListener<K> | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options);
  }

  /** Dispatches an event; costs next to nothing if nobody ever listened. */
  protected emit<K extends ClientEventType>(
    type: K,
    detail: ClientEvents[K],
  ): void {
    if (!this.#heard.has(type)) return;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
