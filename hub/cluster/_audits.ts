// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { later, type Timer } from "@wirekit/internal/clock";
import { fault } from "../exchange/fault.ts";
import type { Fault } from "../exchange/fault.ts";
import type { Asked } from "./_asked.ts";
import type { Asker } from "./_asking.ts";
import { AUDITED, encode, Kind } from "./_messages.ts";
import { type Others, SIGNS } from "./_others.ts";
import type { Origin, Remote } from "./_remote.ts";
import type { Remotes } from "./_remotes.ts";

/** How many seconds old a question is when it is asked after. */
export const OLD = 2;
/** How many audits of one participant wait for answers: of ten seconds. */
const PENDING = 5;
/** How long to wait after a name has moved: its node may say more itself. */
const MOVED_DELAY = 50;

/** What is said of a question that got lost. */
const LOST = fault(
  "Unreachable",
  "The answer was lost on the way between two hubs.",
);

/** What is said of questions to a node that is there and does not answer. */
const SILENT = fault(
  "Unreachable",
  "The other hub is there, but does not answer.",
);

const decoder = /* @__PURE__ */ new TextDecoder();

/** What becomes of questions that got lost. */
interface Auditor {
  end(asked: Asked, reason: Fault): void;
  /** A node has answered that was asked whether it is there. */
  found(ref: number): void;
}

/** Asks other nodes what became of questions: messages may get lost. */
export class Audits {
  readonly #line: Asker;
  readonly #remotes: Remotes;
  readonly #others: Others;
  readonly #auditor: Auditor;
  /** Names whose questions are to be asked after, all at once. */
  #moved = new Set<string>();
  #timer: Timer | undefined;
  /** What other nodes wait for, by node: as it was in a turn, at the latest. */
  #open: Map<string, Set<number>> | undefined;
  #openTurn = 0;

  constructor(
    line: Asker,
    remotes: Remotes,
    others: Others,
    auditor: Auditor,
  ) {
    this.#line = line;
    this.#remotes = remotes;
    this.#others = others;
    this.#auditor = auditor;
  }

  /** Asks after all questions. */
  all(): void {
    for (const remote of this.#remotes) this.of(remote, this.#line.turn);
  }

  /** Asks after the questions to a name that has moved. */
  moved(name: string): void {
    this.#moved.add(name);
    this.#timer ??= later(MOVED_DELAY, () => {
      this.#timer = undefined;
      const names = this.#moved;
      this.#moved = new Set();
      for (const name of names) {
        const remote = this.#remotes.get(name);
        if (remote) this.of(remote, this.#line.turn);
      }
    });
  }

  /** Asks after those to a participant that were asked until a turn. */
  of(remote: Remote, until: number): void {
    const { party } = remote;
    const line = this.#line;
    const refs: number[] = [];
    for (let each = party.firstAsked; each; each = each.after) {
      const { turn, ref } = each.tag as Asked;
      if (turn > until || refs.length === AUDITED) break;
      refs.push(ref);
    }
    if (refs.length === 0) return;
    const pending = this.#pending(remote);
    if (pending.length === PENDING) line.asked.delete(pending.shift()!);
    const name = party.name!;
    const audit: Asked = {
      ref: 0,
      name,
      turn: line.turn,
      sent: line.count(),
      waits: false,
    };
    line.asked.add(audit);
    remote.audits = [...pending, audit];
    const owner = this.#others.ownerOf(name);
    if (remote.silent?.id !== owner?.id) remote.silent = owner;
    const message = encode([Kind.audit, audit.ref, ...refs]);
    const refusal = line.publish({ name }, message, audit.ref);
    if (refusal) line.asked.delete(audit);
  }

  /** The audits that have had no answer, nor have one after them. */
  #pending({ audits }: Remote): Asked[] {
    const { asked } = this.#line;
    return audits.filter((audit) => asked.get(audit.ref) === audit);
  }

  /**
   * Whether one has had no answer for a second or more, of what is still open
   * then.
   */
  isUnanswered(remote: Remote): boolean {
    const { sent } = remote.party.firstAsked!.tag as Asked;
    const first = this.#pending(remote).find((audit) => audit.sent > sent);
    return first !== undefined && first.turn < this.#line.turn - 1;
  }

  /**
   * Whether the node of a participant says nothing, though it gives signs of
   * life. One that hangs gives none, and may still answer.
   */
  isSilent(remote: Remote): boolean {
    const { party, silent: before } = remote;
    const name = party.name!;
    const { turn } = party.firstAsked!.tag as Asked;
    const isOld = turn < this.#line.turn - 1;
    if (isOld && this.#others.isUnreached(name)) return true;
    if (!this.isUnanswered(remote) || before?.signs === undefined) return false;
    const { id, signs = 0 } = this.#others.ownerOf(name) ?? {};
    return id === before.id && signs >= before.signs + SIGNS;
  }

  /** Ends what a participant was asked whose node says nothing. */
  giveUp(remote: Remote): void {
    if (remote.silent) this.#others.note(remote.silent);
    this.#remotes.failAll(remote, SILENT);
  }

  /** Another node has asked something: what it waits for has changed. */
  asked(): void {
    this.#open = undefined;
  }

  /**
   * Another node asks: tells it which questions are not open here; returns how
   * many were looked at. One that was answered since the last look is taken for
   * open: a node asks again in the next turn.
   */
  answer([number = "", ...refs]: readonly string[], node: string): number {
    const { turn } = this.#line;
    let count = refs.length;
    if (!this.#open || this.#openTurn !== turn) {
      this.#open = new Map();
      this.#openTurn = turn;
      count += this.#look(this.#open);
    }
    const open = this.#open.get(node);
    const unknown = refs.filter((ref) => !open?.has(Number(ref)));
    this.#line.publish({ node }, encode([Kind.unknown, number, ...unknown]));
    return count;
  }

  /**
   * Another node asks, and there is no time to look: tells it that nothing is
   * known to be lost. It asks again. Returns whether it can be told.
   */
  defer(message: Uint8Array, node: string): boolean {
    const end = message.indexOf(0, 2);
    const number = decoder.decode(
      message.subarray(2, end < 0 ? message.length : end),
    );
    if (!/^\d{1,16}$/.test(number)) return false;
    this.#line.publish({ node }, encode([Kind.unknown, number]));
    return true;
  }

  #look(open: Map<string, Set<number>>): number {
    let count = 0;
    for (const { party } of this.#remotes) {
      for (let each = party.oldest; each; each = each.newer) {
        count++;
        const { node, ref } = each.tag as Origin;
        const refs = open.get(node);
        if (refs) refs.add(ref);
        else open.set(node, new Set([ref]));
      }
    }
    return count;
  }

  /** Another node has answered: these are not open there. */
  hear([number, ...refs]: readonly string[]): void {
    const { asked } = this.#line;
    const audit = asked.get(Number(number));
    if (audit?.then) return this.#auditor.found(audit.ref);
    if (!audit || !asked.delete(audit)) return;
    const remote = this.#remotes.get(audit.name);
    if (remote) {
      remote.silent = undefined;
      // Answers come in order: those to earlier ones are lost.
      for (const each of remote.audits) {
        if (each.sent < audit.sent) asked.delete(each);
      }
    }
    for (const ref of refs) {
      const each = asked.get(Number(ref));
      // What was sent after the question cannot have been there.
      const isOlder = each && !each.waits && each.sent < audit.sent;
      if (each?.question && isOlder) this.#auditor.end(each, LOST);
    }
  }
}
