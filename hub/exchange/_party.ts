// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Pass } from "../access/pass.ts";
import type { Verdicts } from "./_verdicts.ts";
import type { Member, Participant } from "./participant.ts";

const PAGE_BYTES = 2_048;

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();
const NO_NAME = encoder.encode("null");

/** A request that waits for its answer. */
export interface OpenRequest {
  /** Its `uuid` as the JSON text that came. */
  readonly uuid: string;
  /** The same in the one spelling by which values are compared. */
  readonly key: string;
  readonly hash: number;
  readonly requester: Party;
  readonly responder: Party;
  readonly expires: number;
  /** What its responder knows it by. */
  mark: number;
  /** What a node of a cluster remembers of it. */
  tag: unknown;
  /** The neighbours among those that its requester waits for. */
  older: OpenRequest | undefined;
  newer: OpenRequest | undefined;
  /** The neighbours among those that its responder has to answer. */
  before: OpenRequest | undefined;
  after: OpenRequest | undefined;
  /** The next one in the same slot; of the last, the first. None if it ended. */
  chained: OpenRequest | undefined;
}

/** What an exchange knows of one participant. */
export class Party implements Member {
  /** Tells it from the others of its exchange. */
  readonly number: number;
  readonly participant: Participant;
  /** The JSON text of the name that it has or waits for. */
  name: string | undefined;
  /** The same as bytes. */
  nameBytes: Uint8Array<ArrayBuffer> = NO_NAME;
  /** Whether the name is its own. */
  active = false;
  held = false;
  gone = false;
  /** What it was given, and what of that it may do under its name. */
  given: Pass | undefined;
  pass: Pass | undefined;
  /** Whom it may ask and inform, if not everybody. */
  verdicts: Verdicts | undefined;
  /** How many requests it waits for, and the ends of the list of them. */
  asking = 0;
  oldest: OpenRequest | undefined;
  newest: OpenRequest | undefined;
  /** The ends of the list of requests that it has to answer. */
  firstAsked: OpenRequest | undefined;
  lastAsked: OpenRequest | undefined;

  constructor(number: number, participant: Participant) {
    this.number = number;
    this.participant = participant;
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
