// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { OpenRequest } from "./_open_requests.ts";
import type { Receiver } from "./participant.ts";

const PAGE_BYTES = 2_048;

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();

/** What the router knows of one participant. */
export class Party {
  /** Tells it from the others of its router. */
  readonly number: number;
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
  /** The ends of the list of requests that it has to answer. */
  firstAsked: OpenRequest | undefined;
  lastAsked: OpenRequest | undefined;

  constructor(
    number: number,
    receiver: Receiver,
    admit: (token: string | undefined) => boolean,
  ) {
    this.number = number;
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
