// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { Party } from "../exchange/_party.ts";
import type { Fault } from "../exchange/fault.ts";
import type { Content, Follower, Member } from "../exchange/participant.ts";
import { encode, Kind } from "./_messages.ts";
import type { Line } from "./_remote.ts";

/** A participant of another node: nobody else has this number there. */
interface Who {
  readonly node: string;
  readonly number: string;
  /** Under which name it asked. */
  readonly name: string;
}

/** A participant of another node that is told more than answers. */
export class RemoteFollower implements Follower {
  readonly #line: Line;
  readonly #who: Who;
  readonly #onEnd: () => void;
  gone = false;

  constructor(line: Line, who: Who, onEnd: () => void) {
    this.#line = line;
    this.#who = who;
    this.#onEnd = onEnd;
  }

  /** See {@linkcode Follower}. */
  get key(): string {
    const { node, number, name } = this.#who;
    return `${node} ${number} ${name}`;
  }

  /** See {@linkcode Follower}. */
  get name(): string {
    return this.#who.name;
  }

  isOf(node: string, number: string): boolean {
    return this.#who.node === node && this.#who.number === number;
  }

  /** See {@linkcode Follower}. */
  tell(from: Member, content: Content): Fault | undefined {
    const { node, number, name } = this.#who;
    if (this.#line.here(name)) {
      this.lost();
      return undefined;
    }
    const { number: own, name: source = "" } = from as Party;
    const fields = [Kind.follow, own, source, name, node, number];
    // By its name: its node may have got another id since.
    return this.#line.publish({ name }, encode(fields, content));
  }

  /** It does not have the name any more. */
  lost(): void {
    this.gone = true;
    this.close();
  }

  /** See {@linkcode Follower}. */
  close(): void {
    this.#onEnd();
  }
}
