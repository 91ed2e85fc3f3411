// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { later, type Timer } from "@wirekit/internal/clock";
import { type Fault, fault } from "../exchange/fault.ts";
import type { Question } from "../exchange/participant.ts";
import { Again } from "./_again.ts";
import type { Asked } from "./_asked.ts";
import type { Address, BackplaneStatus } from "./backplane.ts";
import { encode, Kind } from "./_messages.ts";
import type { Missing } from "./_missing.ts";
import type { Others } from "./_others.ts";
import { type Line, nobody } from "./_remote.ts";
import { isIdle, type Remotes } from "./_remotes.ts";
import { type Outgoing, textOf } from "./_whole.ts";

/** For how many seconds a node may not say whether it has a name. */
const PATIENCE = 10;

/** How long to wait before a name is asked again that is not where it was. */
const LEFT_DELAY = 20;

/** What is said of what the engine does not pass on. */
const UNSENT = fault(
  "Unreachable",
  "The engine of the cluster does not pass on messages of this hub.",
);

/** What is said of what was sent to a name that is there. */
const UNREACHED = fault(
  "Unreachable",
  "The hub of the destination cannot be reached.",
);

/** What is said of what was sent to a name that may be there. */
const UNKNOWN = fault(
  "Unreachable",
  "Nobody can say now whether the destination is there.",
);

/** The node that asks. */
export interface Asker extends Line {
  readonly status: BackplaneStatus;
  /** Sends something, whatever waits to be sent. */
  push(to: Address, message: Outgoing, ref?: number): Fault | undefined;
  /** Whether another node has a name, as far as this one has heard. */
  has(name: string): boolean;
  /** Ends a question of a participant. */
  fail(question: Question, reason: Fault): void;
}

/** What other nodes were asked, until it has ended. */
export class Asking {
  readonly #asker: Asker;
  readonly #remotes: Remotes;
  readonly #others: Others;
  readonly #missing: Missing;
  readonly #probes = new Set<Asked>();
  /** Names that are not where they were, while some are asked. */
  #left = new Set<string>();
  #timer: Timer | undefined;
  /** What is sent again. */
  readonly again: Again;

  constructor(
    asker: Asker,
    remotes: Remotes,
    others: Others,
    missing: Missing,
  ) {
    this.#asker = asker;
    this.#remotes = remotes;
    this.#others = others;
    this.#missing = missing;
    this.again = new Again(asker, remotes, this);
  }

  /** Asks whether another node has a name. */
  probe(name: string, then: (found: boolean) => void): void {
    const asked = this.#probe(name, then);
    const { ref, message = "" } = asked;
    if (this.#asker.publish({ name }, message, ref)) this.end(asked);
  }

  /** Asks the same, once, before all that waits for the name. */
  tryName(
    name: string,
    then: (found: boolean) => void,
  ): Fault | undefined {
    const asked = this.#probe(name, then);
    const { ref, message = "" } = asked;
    asked.message = undefined;
    const refusal = this.#asker.push({ name }, message, ref);
    if (refusal && this.#asker.asked.delete(asked)) this.#probes.delete(asked);
    return refusal;
  }

  #probe(name: string, then: (found: boolean) => void): Asked {
    const asker = this.#asker;
    const asked: Asked = {
      ref: 0,
      name,
      turn: asker.turn,
      sent: asker.count(),
      waits: false,
      then,
    };
    asker.asked.add(asked);
    this.#probes.add(asked);
    asked.message = encode([Kind.probe, asked.ref, name]);
    return asked;
  }

  /** A name is not where it was: it may have been asked there in vain. */
  left(name: string): void {
    if (this.#probes.size === 0) return;
    this.#left.add(name);
    this.#timer ??= later(LEFT_DELAY, () => {
      this.#timer = undefined;
      const names = this.#left;
      this.#left = new Set();
      for (const asked of [...this.#probes]) {
        const { name, message, ref } = asked;
        if (!message || asked.waits || !names.has(name)) continue;
        if (this.#asker.publish({ name }, message, ref)) this.end(asked);
      }
    });
  }

  /** Another node has a name, which was asked. */
  found(ref: number): void {
    const { asked: table } = this.#asker;
    const asked = table.get(ref);
    if (!asked?.then || !table.delete(asked)) return;
    this.#probes.delete(asked);
    asked.then(true);
  }

  /** Nobody was there to take a message. */
  undelivered(ref: number): void {
    const asker = this.#asker;
    const asked = asker.asked.get(ref);
    if (!asked) return;
    const { name, message } = asked;
    if (!message || this.#others.isUnreached(name)) return this.giveUp(asked);
    if (asker.has(name) || asker.status.reading || this.mayReturn(name)) {
      this.again.send(asked, textOf(message));
    } else this.giveUp(asked);
  }

  /** Whether a name may be back at any moment, though nobody has it. */
  mayReturn(name: string): boolean {
    return this.#missing.has(name);
  }

  /** Whether somebody has a name; nothing if nobody can say. */
  isOwned(name: string): boolean | Promise<boolean | undefined> {
    const asker = this.#asker;
    if (asker.has(name)) return true;
    const { reading } = asker.status;
    if (!reading) return false;
    return reading.ownerOf(name)
      .then((owner) => owner !== undefined, () => undefined);
  }

  /**
   * Nobody has taken what was asked, and nobody will.
   *
   * @param isKnown Whether it is known who has the name, if anybody has it.
   */
  giveUp(asked: Asked, isKnown = true): void {
    const asker = this.#asker;
    const { name } = asked;
    const isThere = asker.has(name);
    if (isThere) this.#others.doubt(name);
    if (asked.question || asked.then) {
      const why = isThere ? UNREACHED : isKnown ? undefined : UNKNOWN;
      return this.end(asked, why);
    }
    // An audit: nobody has the name who could have been asked.
    asker.asked.delete(asked);
    const remote = this.#remotes.get(name);
    if (remote && !isThere) this.#remotes.failAll(remote);
  }

  /** What was sent to a name is lost. */
  unsent(name: string): void {
    for (const asked of this.#asker.asked.all()) {
      if (asked.name === name && !asked.waits) this.end(asked, UNSENT);
    }
  }

  /** Ends what was asked, without an answer. */
  end(asked: Asked, reason?: Fault): void {
    const asker = this.#asker;
    if (!asker.asked.delete(asked)) return;
    const { question, kind, name } = asked;
    if (asked.then) {
      this.#probes.delete(asked);
      asked.then(false);
    }
    if (!question) return;
    asker.fail(question, reason ?? nobody(kind!));
    const remote = this.#remotes.get(name);
    if (remote && isIdle(remote) && !asker.has(name)) this.#remotes.drop(name);
  }

  /** Ends all that was asked. */
  endAll(reason: Fault): void {
    this.again.drop();
    for (const asked of this.#asker.asked.all()) this.end(asked, reason);
  }

  /** Is called once a second. */
  tick(): void {
    const { turn } = this.#asker;
    for (const probe of this.#probes) {
      if (probe.turn > turn - PATIENCE) break;
      this.end(probe);
    }
  }
}
