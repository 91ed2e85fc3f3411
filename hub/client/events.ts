// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The events of the {@linkcode Client}.
 *
 * @module
 */

/**
 * Information that another client sent to this one, and perhaps to others.
 *
 * @category Client
 */
export interface Information {
  /** The data: any JSON. */
  readonly data: unknown;
  /** The name of the client that sent it; empty if it has none. */
  readonly source: string;
}

/**
 * The end of a connection.
 *
 * @category Client
 */
export interface Disconnect {
  /** The reason, unless this client closed it. */
  readonly error: Error | undefined;
}

/**
 * A request that came in, even for a route that does not exist.
 *
 * @category Client
 */
export interface IncomingRequest {
  /** The name of the route. */
  readonly route: string;
  /** The name of the requesting client; empty if it has none. */
  readonly source: string;
  /** The data of the request. */
  readonly data: unknown;
}

/**
 * An answer to a request of this client.
 *
 * @category Client
 */
export interface IncomingResponse {
  /** The name of the route. */
  readonly route: string;
  /** The name of the client that was asked. */
  readonly source: string;
  /** The answer. */
  readonly data: unknown;
}

/**
 * A failure that was not reported to any caller.
 *
 * @category Client
 */
export interface Failure {
  /**
   * The error: what a route of this client threw, a {@linkcode RemoteError}
   * that answers nothing, why an attempt to connect failed, or why a
   * received message could not be read.
   */
  readonly error: unknown;
}

/**
 * The `detail` of each event of a {@linkcode Client}.
 *
 * @category Client
 */
export interface ClientEvents {
  /** The connection is open; the hub has not accepted the name yet. */
  connect: undefined;
  /** The hub accepted the name, at once or after a hold. */
  ready: undefined;
  /** Another client has the name: this one waits until it leaves. */
  hold: undefined;
  /** The connection ended. All its open calls have ended already. */
  disconnect: Disconnect;
  /** A request came in. */
  request: IncomingRequest;
  /** An answer to a request of this client came in. */
  response: IncomingResponse;
  /** Information from another client came in. */
  information: Information;
  /** A failure that was not reported to any caller. */
  error: Failure;
}

/**
 * The types of the events of a {@linkcode Client}.
 *
 * @category Client
 */
export type ClientEventType = keyof ClientEvents;

/**
 * A listener of a {@linkcode Client}.
 *
 * @typeParam K The type of the event.
 *
 * @category Client
 */
export type ClientEventListener<K extends ClientEventType> =
  | ((event: CustomEvent<ClientEvents[K]>) => void)
  | { handleEvent(event: CustomEvent<ClientEvents[K]>): void };

/**
 * The typed listeners of a {@linkcode ClientEventTarget}.
 *
 * @category Client
 */
export interface ClientEventTarget {
  /**
   * Calls `listener` at each event of a type.
   *
   * @typeParam K The type of the event.
   * @param type The type of the event.
   * @param listener The function to call.
   * @param options As for every `EventTarget`: `once`, `signal` …
   */
  addEventListener<K extends ClientEventType>(
    type: K,
    listener: ClientEventListener<K> | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void;

  /**
   * Stops calling `listener`.
   *
   * @typeParam K The type of the event.
   * @param type The type of the event.
   * @param listener The function that was given to `addEventListener`.
   * @param options As given to `addEventListener`.
   */
  removeEventListener<K extends ClientEventType>(
    type: K,
    listener: ClientEventListener<K> | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

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
 *
 * @category Client
 */
export class ClientEventTarget extends EventTarget {
  /** Dispatches an event. */
  protected emit<K extends ClientEventType>(
    type: K,
    detail: ClientEvents[K],
  ): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
