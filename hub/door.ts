// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Other ways into a hub than winerp, on the hub's own port.
 *
 * @module
 */
import type {
  PlainAnswer,
  PlainExchange,
  RequestInfo,
} from "@wirekit/transport/admission";
import type { Transport } from "@wirekit/transport/transport";
import type { Pass } from "./access/pass.ts";

/**
 * A WebSocket client that was let in.
 *
 * @category Participants and doors
 */
export interface Visitor {
  /** Its transport: text as UTF-8. */
  readonly transport: Transport<Uint8Array<ArrayBuffer>>;
  /** The request of its handshake. */
  readonly request: Request;
  /** What it may do. */
  readonly pass: Pass;
  /** The address that it comes from, if that is known. */
  readonly address?: string;
}

/**
 * A page besides that of the hub, to which the hub's page has a tab.
 *
 * @category Participants and doors
 */
export interface DoorPage {
  /** What the tab says. */
  readonly title: string;
  /** Where it is, seen from the top: `"plant/home/"`. */
  readonly path: string;
}

/**
 * Another way into a hub than winerp: a page, metrics, another protocol. Its
 * clients are participants of `hub.exchange`.
 *
 * @category Participants and doors
 */
export interface Door {
  /** The protocol that its clients speak, such as `"JSON-RPC"`, if they do. */
  readonly protocol?: string;
  /** The pages that it serves. */
  readonly pages?: readonly DoorPage[];
  /**
   * Answers an HTTP request that is no upgrade. It decides with `hub.admit()`
   * who may ask.
   *
   * @param request The request.
   * @param info Who sends it, as far as it is known.
   * @returns The response; nothing if the request is not for this door.
   */
  fetch?(
    request: Request,
    info: Partial<RequestInfo>,
  ): Response | undefined | Promise<Response | undefined>;
  /**
   * Answers a small post of a program without a `Request`, which costs more than
   * the rest. A door that has `fetch` and not this gets all as requests, and so
   * do the doors after it.
   *
   * @param exchange The post.
   * @returns What answers it once it is let in; nothing if it is not for this
   * door, or for its `fetch`.
   */
  plain?(
    exchange: PlainExchange,
  ): ((pass: Pass) => Promise<PlainAnswer>) | undefined;
  /**
   * Says whether a WebSocket client is for this door. Then it gets nothing of
   * winerp, such as the last message that a stock client needs.
   *
   * @param request The request of its handshake.
   */
  takes?(request: Request): boolean;
  /**
   * Serves a WebSocket client that was let in, until it ends.
   *
   * @param visitor The client.
   * @returns The end; nothing if the client is not for this door.
   */
  accept?(visitor: Visitor): Promise<void> | undefined;
}
