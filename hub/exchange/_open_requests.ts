// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { OpenRequest, Party } from "./_party.ts";
import { canonicalValue } from "./_spelling.ts";

/** How many slots there are at least: a power of two. */
const MIN_SLOTS = 128;

/** How many have no slot at most: what looks for one gives all of them theirs. */
const MAX_RECENT = 1_024;

/**
 * All requests of an exchange that are open: found by their responder and uuid,
 * and listed by requester and by responder, in the order in which they came.
 *
 * It is a table of its own, because in a `Map` that grows and shrinks all the
 * time, every old table keeps the next one from being collected.
 *
 * To hash a uuid takes as long as the rest. Most requests are answered in the
 * order in which they came, and need no slot: they get one once something else
 * is looked for.
 */
export class OpenRequests {
  #slots: (OpenRequest | undefined)[] = new Array(MIN_SLOTS).fill(undefined);
  #size = 0;
  /** The last of those without a slot, chained as if they were in one. */
  #recent: OpenRequest | undefined;
  #recentCount = 0;
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
    this.#giveSlots();
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
    this.#giveSlots();
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
    const request: OpenRequest = {
      uuid,
      key: canonicalValue(uuid),
      hash: undefined,
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
    this.#recent = chain(request, this.#recent);
    if (++this.#recentCount > MAX_RECENT) this.#giveSlots();
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

  /** Gives a slot to all that have none. */
  #giveSlots(): void {
    const last = this.#recent;
    if (!last) return;
    this.#recent = undefined;
    this.#recentCount = 0;
    while (this.#size > this.#slots.length) {
      this.#resize(2 * this.#slots.length);
    }
    let next = last.chained;
    while (next) {
      const request: OpenRequest = next;
      next = request === last ? undefined : request.chained;
      request.hash = this.#hash(request.key, request.responder);
      this.#put(request);
    }
  }

  /** Chains a request behind those in its slot. */
  #put(request: OpenRequest): void {
    const slot = request.hash! >>> this.#shift;
    this.#slots[slot] = chain(request, this.#slots[slot]);
  }

  #take(request: OpenRequest): void {
    if (request.hash === undefined) {
      const last = this.#recent!;
      if (last.chained === request) {
        this.#recent = unchain(request, last, last);
        this.#recentCount--;
        return;
      }
      this.#giveSlots();
    }
    const slot = request.hash! >>> this.#shift;
    const last = this.#slots[slot]!;
    let previous = last;
    while (previous.chained !== request) previous = previous.chained!;
    this.#slots[slot] = unchain(request, previous, last);
  }

  #resize(length: number): void {
    const all = [...this.all()];
    this.#slots = new Array(length).fill(undefined);
    this.#shift = shiftFor(length);
    for (const request of all) this.#put(request);
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

/** Chains a request behind the last one; returns the last one then. */
function chain(request: OpenRequest, last?: OpenRequest): OpenRequest {
  request.chained = last ? last.chained : request;
  if (last) last.chained = request;
  return request;
}

/** Takes a request out of its chain; returns the last one then, if any is left. */
function unchain(
  request: OpenRequest,
  previous: OpenRequest,
  last: OpenRequest,
): OpenRequest | undefined {
  previous.chained = request.chained;
  if (request !== last) return last;
  return previous === request ? undefined : previous;
}

function shiftFor(length: number): number {
  return 32 - Math.log2(length);
}
