// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Receiver } from "./participant.ts";

const PAGE_BYTES = 2_048;

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();

/** A request that waits for its answer. */
export interface OpenRequest {
  /** Where it is in the responder's table. */
  readonly key: string;
  readonly uuid: string;
  readonly requester: Party;
  readonly responder: Party;
  readonly expires: number;
  /** The neighbours in the list of what its requester waits for. */
  older: OpenRequest | undefined;
  newer: OpenRequest | undefined;
}

/** What the router knows of one participant. */
export class Party {
  readonly receiver: Receiver;
  readonly admit: (token: string | undefined) => boolean;
  /** The JSON text of the name that it has or waits for. */
  name: string | undefined;
  /** The same as bytes. */
  nameBytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  /** Whether the name is its own. */
  active = false;
  gone = false;
  /** To whom its last request went. */
  target: Party | undefined;
  /** When it has to be verified. */
  expires = 0;
  /** How many requests it waits for, and the ends of the list of them. */
  asking = 0;
  oldest: OpenRequest | undefined;
  newest: OpenRequest | undefined;
  /** The requests that it has to answer, by uuid. Most clients get none. */
  asked: Map<string, OpenRequest> | undefined;

  constructor(
    receiver: Receiver,
    admit: (token: string | undefined) => boolean,
  ) {
    this.receiver = receiver;
    this.admit = admit;
  }
}

/** Room for names, shared by some: a buffer for each would weigh 400 bytes. */
let page = NO_BYTES;
let used = 0;

/** Returns a name as bytes, for as long as its client is there. */
export function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  const most = 3 * name.length;
  if (used + most > page.length) {
    page = new Uint8Array(Math.max(PAGE_BYTES, most));
    used = 0;
  }
  const start = used;
  used += encoder.encodeInto(name, page.subarray(start)).written;
  return page.subarray(start, used);
}

/** The key of a request whose uuid another requester has in use. */
export function sharedKey(uuid: string, requester: string): string {
  return `${uuid} ${requester}`;
}

/** Puts a request into the responder's table and the requester's list. */
export function remember(request: OpenRequest): void {
  const { key, requester, responder, older } = request;
  (responder.asked ??= new Map()).set(key, request);
  if (older) older.newer = request;
  else requester.oldest = request;
  requester.newest = request;
  requester.asking++;
}

/** Takes a request out of both. */
export function forget(request: OpenRequest): void {
  const { key, requester, responder, older, newer } = request;
  responder.asked!.delete(key);
  if (older) older.newer = newer;
  else requester.oldest = newer;
  if (newer) newer.older = older;
  else requester.newest = older;
  requester.asking--;
}
