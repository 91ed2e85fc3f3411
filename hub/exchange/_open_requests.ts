// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { OpenRequest, Party } from "./_party.ts";
import { canonicalValue } from "./_spelling.ts";

/** How many slots there are at least: a power of two. */
const MIN_SLOTS = 128;

/**
 * All requests of an exchange that are open: found by their responder and uuid,
 * and listed by requester and by responder, in the order in which they came.
 *
 * It is a table of its own, because in a `Map` that grows and shrinks all the
 * time, every old table keeps the next one from being collected.
 */
export class OpenRequests {
  #slots: (OpenRequest | undefined)[] = new Array(MIN_SLOTS).fill(undefined);
  #size = 0;
  /** What to shift a hash by, so that its highest bits say the slot. */
  #shift = shiftFor(MIN_SLOTS);
  /** Random, so that nobody can predict which uuids share a slot. */
  readonly #seed = crypto.getRandomValues(new Int32Array(2));

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Returns the request that a responder has to answer: that of `requester`, or
   * else the first of anybody. Of several it is the first that was asked.
   */
  find(
    responder: Party,
    uuid: string,
    requester?: Party,
  ): OpenRequest | undefined {
    const key = canonicalValue(uuid);
    const last = this.#slots[this.#hash(key, responder) >>> this.#shift];
    let request = last?.chained;
    while (
      request && (request.responder !== responder || request.key !== key ||
        (requester && request.requester !== requester))
    ) request = request === last ? undefined : request.chained;
    return request;
  }

  /** All requests. */
  *all(): Generator<OpenRequest, void> {
    for (const last of this.#slots) {
      let request = last?.chained;
      while (request) {
        yield request;
        request = request === last ? undefined : request.chained;
      }
    }
  }

  /** Adds a request. */
  add(
    uuid: string,
    requester: Party,
    responder: Party,
    since: number,
    tag?: unknown,
    ticket = 0,
  ): OpenRequest {
    if (this.#size === this.#slots.length) this.#resize(2 * this.#size);
    const key = canonicalValue(uuid);
    const hash = this.#hash(key, responder);
    const request: OpenRequest = {
      uuid,
      key,
      hash,
      requester,
      responder,
      since,
      edge: requester.edge,
      sample: undefined,
      ticket,
      mark: 0,
      tag,
      older: requester.newest,
      newer: undefined,
      before: responder.lastAsked,
      after: undefined,
      chained: undefined,
    };
    if (request.older) request.older.newer = request;
    else requester.oldest = request;
    requester.newest = request;
    requester.asking++;
    if (request.before) request.before.after = request;
    else responder.firstAsked = request;
    responder.lastAsked = request;
    responder.answering++;
    this.#size++;
    this.#put(request);
    return request;
  }

  /** Forgets a request; returns whether it was open. */
  delete(request: OpenRequest): boolean {
    if (!request.chained) return false;
    const { requester, responder, older, newer, before, after } = request;
    if (older) older.newer = newer;
    else requester.oldest = newer;
    if (newer) newer.older = older;
    else requester.newest = older;
    requester.asking--;
    if (before) before.after = after;
    else responder.firstAsked = after;
    if (after) after.before = before;
    else responder.lastAsked = before;
    responder.answering--;
    this.#size--;
    this.#take(request);
    // What is forgotten keeps nothing that is not.
    request.older = request.newer = undefined;
    request.before = request.after = request.chained = undefined;
    const { length } = this.#slots;
    if (length > MIN_SLOTS && this.#size * 8 < length) this.#resize(length / 2);
    return true;
  }

  /** Chains a request behind those in its slot, of which it is the last then. */
  #put(request: OpenRequest): void {
    const slot = request.hash >>> this.#shift;
    const last = this.#slots[slot];
    request.chained = last ? last.chained : request;
    if (last) last.chained = request;
    this.#slots[slot] = request;
  }

  #take(request: OpenRequest): void {
    const slot = request.hash >>> this.#shift;
    const last = this.#slots[slot]!;
    let previous = last;
    while (previous.chained !== request) previous = previous.chained!;
    previous.chained = request.chained;
    if (request === last) {
      this.#slots[slot] = previous === request ? undefined : previous;
    }
  }

  #resize(length: number): void {
    const slots = this.#slots;
    this.#slots = new Array(length).fill(undefined);
    this.#shift = shiftFor(length);
    for (const last of slots) {
      let next = last?.chained;
      while (next) {
        const request: OpenRequest = next;
        next = request === last ? undefined : request.chained;
        this.#put(request);
      }
    }
  }

  #hash(uuid: string, responder: Party): number {
    let hash = this.#seed[0]! ^ responder.number;
    const factor = this.#seed[1]! | 1;
    for (let i = 0; i < uuid.length; i++) {
      hash = Math.imul(hash ^ uuid.charCodeAt(i), factor);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, factor);
  }
}

function shiftFor(length: number): number {
  return 32 - Math.log2(length);
}
