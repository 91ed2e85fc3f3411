// Copyright 2026 the Wirekit authors. MIT license.

import { now, within } from "@wirekit/internal/clock";
import type { KV } from "@nats-io/kv";
import { isChanged, isChanging, markOf } from "./_buckets.ts";
import { readRefusal, type Refusal, refusalIn, wordsOf } from "./_refusals.ts";
import type { SafeConnection } from "./connection/_connection.ts";

/** How often to look whether the engine still refuses what it has refused. */
const PAUSE = 1_000;
/** How long it may take to answer all that is tried. */
const TIMEOUT = 2_000;
/** How often the log says the same. */
const REMINDER = 60_000;
/** How often it says anything of this. */
const CALM = 5_000;
/** What is the last part of the subjects that are tried: of no name, no node. */
const NOBODY = "-";

/** A node that is refused something. */
interface Petitioner {
  log(level: "info" | "error", line: string): void;
  /** Messages to a name do not arrive. */
  unsent(name: string): void;
  /** It can neither send nor hear. */
  cutOff(refusal: Refusal): void;
  /** Nothing is refused any more. */
  granted(before: Refusal): void;
  /** The server says something about the connection. */
  warned(words: string): void;
}

/** What the engine refuses a node, until it does so no more. */
export class Rights {
  readonly #line: SafeConnection;
  readonly #names: KV;
  readonly #prefix: string;
  readonly #calm: number;
  readonly #node: Petitioner;
  #refusal: Refusal | undefined;
  /** What was refused since it has been looked. */
  #found: Refusal | undefined;
  #looking: Promise<void> | undefined;
  #next: number;
  #logged = "";
  #loggedAt = -Infinity;

  constructor(
    line: SafeConnection,
    { names, prefix, lease }: { names: KV; prefix: string; lease: number },
    node: Petitioner,
  ) {
    this.#line = line;
    this.#names = names;
    this.#prefix = prefix;
    this.#calm = 2 * lease;
    this.#node = node;
    this.#next = now() + this.#calm;
  }

  /** What is refused now, if anything is. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /**
   * Whether it is time to look: often while something is refused, now and then
   * otherwise, as a node that sends nothing hears of no refusal.
   */
  get isDue(): boolean {
    return now() >= this.#next;
  }

  /** Takes what the server says of something that it does not do. */
  hear(words: string): void {
    const refusal = readRefusal(words, this.#prefix);
    if (refusal) this.#note(refusal);
    else this.#node.warned(words);
  }

  /** Takes why something has failed: it may have been refused. */
  failed(error: unknown): void {
    const refusal = refusalIn(error);
    if (refusal) this.#note(refusal);
  }

  #note(refusal: Refusal): void {
    const { name, text } = refusal;
    this.#found = refusal;
    const before = this.#refusal;
    if (!before || before.name !== undefined) this.#refusal = refusal;
    const apart = now() - this.#loggedAt;
    if (apart > (text === this.#logged ? REMINDER : CALM)) {
      this.#logged = text;
      this.#loggedAt = now();
      this.#node.log("error", wordsOf(refusal));
    }
    if (name !== undefined) this.#node.unsent(name);
    if (!before) this.look();
  }

  /** Looks whether something is still refused. */
  look(): Promise<void> {
    return this.#looking ??= this.#look();
  }

  async #look(): Promise<void> {
    try {
      this.#found = undefined;
      await this.#tryAll();
      this.#conclude();
    } catch {
      // Nobody can say so now.
    } finally {
      this.#looking = undefined;
      this.#next = now() + (this.#refusal ? PAUSE : this.#calm);
    }
  }

  #conclude(): void {
    const found = this.#found as Refusal | undefined;
    const before = this.#refusal;
    this.#refusal = found;
    if (found?.isFatal) this.#node.cutOff(found);
    if (found || !before) return;
    this.#logged = "";
    this.#node.log("info", "The NATS servers refuse this hub nothing any more");
    this.#node.granted(before);
  }

  /**
   * Tries what a node needs. What is refused is told of before it resolves.
   * Rejects if nobody can say.
   */
  async #tryAll(): Promise<void> {
    try {
      await this.prove();
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal) this.#found = refusal;
      else if (!this.#found) throw error;
    }
  }

  /** Tries what a node needs: to send, to hear, and to keep names. */
  async prove(): Promise<void> {
    const { connection } = this.#line;
    const subjects = [`n.${NOBODY}`, `node.${NOBODY}`, "all"]
      .map((end) => `${this.#prefix}.${end}`);
    const subscriptions = subjects.map((subject) =>
      connection.subscribe(subject, { callback() {} })
    );
    try {
      for (const subject of subjects) connection.publish(subject);
      const tried = async () => {
        await connection.flush();
        await markOf(this.#names);
        await this.#tryToKeep();
      };
      await within(tried(), TIMEOUT, () => new Error("timeout"));
    } finally {
      for (const each of subscriptions) each.unsubscribe();
    }
  }

  /** Writes what changes nothing; if writing was refused, what does. */
  async #tryToKeep(): Promise<void> {
    const isFull = this.#refusal && !this.#refusal.isFatal;
    const previousSeq = Number.MAX_SAFE_INTEGER;
    try {
      await this.#names.put(NOBODY, "", {
        timeout: TIMEOUT,
        ...(!isFull && { previousSeq }),
      });
    } catch (error) {
      if (!isChanged(error) && !isChanging(error)) throw error;
    }
  }
}
