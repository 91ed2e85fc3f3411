// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Gauge } from "@wirekit/internal/limits";
import type { Pass } from "../access/pass.ts";
import type { Verdicts } from "./_verdicts.ts";
import type { About, Member, Participant } from "./participant.ts";

const PAGE_BYTES = 2_048;

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();
const NO_NAME = encoder.encode("null");

/**
 * What a participant has that passes each content on once, and does not look at
 * it again: the content may be changed where it stands. Those that programs make
 * may pass one on to several. Its name is no symbol, since a class with one
 * weighs in the bundle of every page.
 */
export interface PassesOnOnce {
  /** Says so by being there. */
  readonly passesOnOnce: true;
}

/** A request that waits for its answer. */
export interface OpenRequest {
  /** Its `uuid` as the JSON text that came. */
  readonly uuid: string;
  /** The same in the one spelling by which values are compared. */
  readonly key: string;
  /** What its slot depends on; none if it has no slot yet. */
  hash: number | undefined;
  readonly requester: Party;
  readonly responder: Party;
  /** When it was asked, in whole milliseconds of the exchange's last tick. */
  readonly since: number;
  /** What its requester has asked its responder, this one included. */
  readonly edge: Edge;
  /** What its observer keeps of it. */
  sample: unknown;
  /** What its requester knows it by. */
  readonly ticket: number;
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

/** What one participant has asked or told another, since it came. */
export interface Edge {
  /** The JSON text of the other's name. */
  to: string | undefined;
  requests: number;
  errors: number;
  /** Information for this name; that for all is not in it. */
  informs: number;
}

/** Counts what is shown to nobody. */
const NO_EDGE: Edge = { to: undefined, requests: 0, errors: 0, informs: 0 };

/** A participant that says nothing of itself. */
const UNKNOWN: About = { protocol: "none", carrier: "none", address: "" };

/** What an exchange knows of one participant. */
export class Party implements Member {
  readonly number: number;
  /** Where it stands among the parties; -1 if it is not here. */
  place = -1;
  readonly participant: Participant;
  /** The JSON text of the name that it has or waits for: see {@linkcode call}. */
  name: string | undefined;
  /** The same as bytes, once they were asked for: an idle one needs none. */
  #nameBytes: Uint8Array<ArrayBuffer> | undefined;
  /** Whether the name is its own. */
  active = false;
  held = false;
  gone = false;
  readonly about: About;
  readonly since: number;
  requests = 0;
  errors = 0;
  informs = 0;
  asked = 0;
  faults = 0;
  told = 0;
  met: Map<string, number> | undefined;
  /** Whether an observer is shown all that it asks and answers. */
  watched = false;
  /** The edge to whom it asked last. */
  edge: Edge = NO_EDGE;
  /** All its edges, by the name of the other; none if it has asked nobody. */
  edges: Map<string, Edge> | undefined;
  /** What it was given, and what of that it may do under its name. */
  given: Pass | undefined;
  pass: Pass | undefined;
  /** Whom it may ask and inform, if not everybody. */
  verdicts: Verdicts | undefined;
  /** How many requests it waits for, and the ends of the list of them. */
  asking = 0;
  oldest: OpenRequest | undefined;
  newest: OpenRequest | undefined;
  /** How many requests it has to answer, and the ends of the list of them. */
  answering = 0;
  firstAsked: OpenRequest | undefined;
  lastAsked: OpenRequest | undefined;

  constructor(
    number: number,
    participant: Participant,
    about: About = UNKNOWN,
    since = 0,
  ) {
    this.number = number;
    this.participant = participant;
    this.about = about;
    this.since = since;
  }

  /** See {@linkcode Member}. */
  get nameBytes(): Uint8Array<ArrayBuffer> {
    if (this.name === undefined) return NO_NAME;
    return this.#nameBytes ??= bytesOf(this.name);
  }

  /** Notes the name that it has or waits for from now on. */
  call(name: string): void {
    this.name = name;
    this.#nameBytes = undefined;
  }

  /** Notes that it met a limit. */
  meet(limit: Gauge): void {
    limit.hit();
    this.met ??= new Map();
    this.met.set(limit.option, (this.met.get(limit.option) ?? 0) + 1);
  }
}

/** Room for names, shared by some: a buffer for each would weigh 400 bytes. */
let page = NO_BYTES;
let used = 0;

/** Returns a name as bytes, for as long as its client is there. */
function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  const most = 3 * name.length;
  if (used + most > page.length) {
    page = new Uint8Array(Math.max(PAGE_BYTES, most));
    used = 0;
  }
  const start = used;
  used += encoder.encodeInto(name, page.subarray(start)).written;
  return page.subarray(start, used);
}
