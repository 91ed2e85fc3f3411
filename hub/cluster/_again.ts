// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { later, now, type Timer } from "@wirekit/internal/clock";
import { type Fault, fault } from "../exchange/fault.ts";
import type { Asked } from "./_asked.ts";
import type { Address, BackplaneStatus } from "./backplane.ts";
import type { Line } from "./_remote.ts";
import type { Remotes } from "./_remotes.ts";

/**
 * How long to wait for a name that the engine does not find and that somebody
 * has: it has just come, or its node is about to be back.
 */
const MAX_WAIT = 1_000;
/** How long to wait before it is tried for the first time. */
const FIRST_DELAY = 10;
/** Those that come later do not wait much longer for the first ones. */
const MAX_DELAY = 80;
/** The same for a name that may be back in seconds only. */
const MAX_LONG_DELAY = 320;
/** How long a node may take to say that it has a name, before it is believed. */
const PATIENCE = 1_000;
/** For how many seconds after a connection is back each name is tried first. */
const DOUBT = 5;
/** The most that may wait, in characters, beside what has come back. */
const MAX_WAITING = 16 * 1024 * 1024;
const FULL = fault(
  "Unreachable",
  "Too much waits already for the hub of the destination to be back.",
);

const OVERTAKEN = fault(
  "Unreachable",
  "The hub of the destination was not there for a moment: ask again.",
);

/** What waits for a name. */
interface Waiting {
  /** What has come back. */
  readonly again: { readonly asked: Asked; readonly message: string }[];
  /** What was sent since, which has to come after it. */
  readonly behind: { readonly message: string; readonly ref?: number }[];
  size: number;
  /** When something was last sent to the name before it had to wait. */
  readonly last: number;
  /** Since when. */
  readonly since: number;
  /** How often it was tried: only the last time counts. */
  tries: number;
  timer?: Timer;
}

/** Whether each name is tried first, or all have to wait. */
type Mode = "sure" | "doubting" | "away";

/** The node whose messages wait. */
interface Sender extends Line {
  readonly status: BackplaneStatus;
  /** Sends something, whatever waits to be sent. */
  push(to: Address, message: string, ref?: number): Fault | undefined;
}

/** What is done about what waits. */
interface Acts {
  /** Asks a name whether it is there. */
  tryName(name: string, then: (found: boolean) => void): Fault | undefined;
  /** Whether somebody has a name; nothing if nobody can say. */
  isOwned(name: string): boolean | Promise<boolean | undefined>;
  /** Whether a name may be back at any moment, though nobody has it. */
  mayReturn(name: string): boolean;
  /** Ends what was asked, as it cannot be sent or came too late. */
  end(asked: Asked, reason?: Fault): void;
  /** Nobody has taken it, and nobody will; whether nobody has the name is known. */
  giveUp(asked: Asked, isKnown: boolean): void;
}

/**
 * Keeps what nobody was there to take, and what was sent to the same name
 * meanwhile, until the name is there: messages arrive in the order in which they
 * were sent, and none is sent before it is known that somebody takes it. After
 * the connection was away, nobody knows of any name whether it is there.
 */
export class Again {
  readonly #sender: Sender;
  readonly #remotes: Remotes;
  readonly #acts: Acts;
  readonly #names = new Map<string, Waiting>();
  #mode: Mode = "sure";
  /** While it doubts: the names that are there. */
  readonly #found = new Set<string>();
  /** In which turn of the clock it doubts no longer. */
  #sureAt = 0;
  #size = 0;
  /** Whether anything may have to wait. */
  #isOn = false;

  constructor(sender: Sender, remotes: Remotes, acts: Acts) {
    this.#sender = sender;
    this.#remotes = remotes;
    this.#acts = acts;
  }

  /** Whether what is sent to a name has to wait. */
  has(name: string): boolean {
    if (!this.#isOn) return false;
    const isSure = this.#mode === "doubting" &&
      this.#sender.turn >= this.#sureAt;
    if (isSure) this.#become("sure");
    return this.#names.has(name) ||
      this.#mode !== "sure" && !this.#found.has(name);
  }

  /** Keeps what is to be sent to a name for which something waits. */
  add(name: string, message: string, ref?: number): Fault | undefined {
    const { length } = message;
    if (length > this.#sender.status.maxMessageBytes) {
      return this.#sender.push({ name }, message, ref);
    }
    if (this.#size + length > MAX_WAITING) return FULL;
    const known = this.#names.get(name);
    const waiting = known ?? this.#wait(name);
    if (!known && this.#mode !== "away") {
      const refusal = this.#try(name, waiting);
      if (refusal) {
        this.#take(name);
        return refusal;
      }
    }
    this.#size += length;
    waiting.size += length;
    waiting.behind.push(ref === undefined ? { message } : { message, ref });
    return undefined;
  }

  /** Sends something again, when its name is there. */
  send(asked: Asked, message: string): void {
    const { name } = asked;
    asked.waits = true;
    const known = this.#names.get(name);
    const waiting = known ?? this.#wait(name);
    if (!known) this.#tryLater(name, waiting);
    waiting.again.push({ asked, message });
  }

  /** The connection is away: all waits until it is back, or given up. */
  interrupted(): void {
    this.#become("away");
  }

  /** It is back: each name is there once it has said so. */
  attached(): void {
    this.#become("doubting");
    this.#sureAt = this.#sender.turn + DOUBT;
    for (const [name, waiting] of this.#names) this.#tryNow(name, waiting);
  }

  /** Forgets what waits for a name, or for all. */
  drop(name?: string): void {
    if (name === undefined) {
      for (const each of this.#names.keys()) this.#take(each);
      this.#become("sure");
    } else this.#take(name);
  }

  #become(mode: Mode): void {
    this.#mode = mode;
    this.#found.clear();
    this.#isOn = mode !== "sure" || this.#names.size > 0;
  }

  #wait(name: string): Waiting {
    const last = this.#remotes.get(name)?.sent ?? 0;
    const waiting: Waiting = {
      again: [],
      behind: [],
      size: 0,
      last,
      since: now(),
      tries: 0,
    };
    this.#names.set(name, waiting);
    this.#isOn = true;
    return waiting;
  }

  #tryLater(name: string, waiting: Waiting): void {
    const most = this.#acts.mayReturn(name) ? MAX_LONG_DELAY : MAX_DELAY;
    const delay = Math.min(FIRST_DELAY * 2 ** waiting.tries, most);
    waiting.timer = later(delay, () => this.#tryNow(name, waiting));
  }

  #tryNow(name: string, waiting: Waiting): void {
    if (this.#try(name, waiting)) this.#missed(name, waiting, true);
  }

  /** Asks whether a name is there. */
  #try(name: string, waiting: Waiting): Fault | undefined {
    const time = ++waiting.tries;
    const isOver = () =>
      this.#names.get(name) !== waiting || waiting.tries !== time ||
      this.#mode === "away";
    if (isOver()) return undefined;
    waiting.timer?.stop();
    const release = () => isOver() || this.#release(name, waiting);
    // It is there, and frozen, or has other things to do.
    const timer = waiting.timer = later(PATIENCE, () => void release());
    const refusal = this.#acts.tryName(name, (found) => {
      if (found) return void release();
      timer.stop();
      const isOwned = this.#acts.isOwned(name);
      const missed = (isOwned: boolean | undefined) =>
        isOver() || this.#missed(name, waiting, isOwned);
      if (typeof isOwned === "boolean") missed(isOwned);
      else isOwned.then(missed);
    });
    if (refusal) timer.stop();
    return refusal;
  }

  /** A name is not there now. */
  #missed(name: string, waiting: Waiting, isOwned?: boolean): void {
    const isSoon = isOwned && now() < waiting.since + MAX_WAIT;
    if (isSoon || this.#acts.mayReturn(name)) {
      this.#tryLater(name, waiting);
    } else this.#giveUp(name, waiting, isOwned !== undefined);
  }

  /** Takes out what waits for a name. */
  #take(name: string): void {
    const waiting = this.#names.get(name);
    if (!waiting) return;
    waiting.timer?.stop();
    this.#names.delete(name);
    this.#size -= waiting.size;
    this.#isOn = this.#mode !== "sure" || this.#names.size > 0;
  }

  #release(name: string, waiting: Waiting): void {
    this.#take(name);
    if (this.#mode === "doubting") this.#found.add(name);
    const { again, behind, last } = waiting;
    again.sort((a, b) => a.asked.ref - b.asked.ref);
    // What was sent last has not come back: it was taken, and came first.
    const mustEnd = again.every(({ asked }) => asked.sent < last);
    const ended: (() => void)[] = [];
    for (const { asked, message } of again) {
      asked.waits = false;
      if (mustEnd && asked.question) {
        ended.push(() => this.#acts.end(asked, OVERTAKEN));
      } else this.#publish(name, message, asked.ref, ended);
    }
    for (const { message, ref } of behind) {
      this.#publish(name, message, ref, ended);
    }
    // Whoever hears of it may send more, which comes after all of that.
    for (const end of ended) end();
  }

  /** Nobody is there, and nobody comes. */
  #giveUp(name: string, waiting: Waiting, isKnown: boolean): void {
    this.#take(name);
    const { asked: table } = this.#sender;
    for (const { asked } of waiting.again) {
      this.#acts.giveUp(asked, isKnown);
    }
    for (const { ref } of waiting.behind) {
      const asked = ref === undefined ? undefined : table.get(ref);
      if (asked) this.#acts.giveUp(asked, isKnown);
    }
  }

  #publish(
    name: string,
    message: string,
    ref: number | undefined,
    ended: (() => void)[],
  ): void {
    const sender = this.#sender;
    const asked = ref === undefined ? undefined : sender.asked.get(ref);
    // Nobody waits for it any more.
    if (ref !== undefined && !asked) return;
    const sent = sender.count();
    if (asked) asked.sent = sent;
    const to = this.#remotes.get(name);
    if (to && (!asked || asked.question)) to.sent = sent;
    const refusal = sender.push({ name }, message, ref);
    if (refusal && asked) ended.push(() => this.#acts.end(asked, refusal));
  }
}
