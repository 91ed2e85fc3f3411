// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { HUB } from "../exchange/names/_name_rules.ts";
import type { OpenRequest, Party } from "../exchange/_party.ts";
import type { Fault } from "../exchange/fault.ts";
import type { Member, Question } from "../exchange/participant.ts";
import { isName } from "./_messages.ts";
import { type Line, type Origin, Remote } from "./_remote.ts";

/** How many participants are made before those that nobody needs are dropped. */
const SWEPT = 1_000;

/** What is done about participants of other nodes. */
interface RemoteKeeper extends Line {
  cancel(question: Question): void;
  leave(member: Member): void;
  /** Ends what a participant was asked: it is gone, unless there is a reason. */
  failAsked(question: OpenRequest, reason?: Fault): void;
}

/** What stands for participants of other nodes. */
export class Remotes {
  readonly #keeper: RemoteKeeper;
  /** By name; those without one, and hubs themselves, by node and number. */
  readonly #remotes = new Map<string, Remote>();
  #made = 0;

  constructor(keeper: RemoteKeeper) {
    this.#keeper = keeper;
  }

  /** All of them. */
  [Symbol.iterator](): Iterator<Remote> {
    return this.#remotes.values();
  }

  /** Returns what stands for a name, if something does. */
  get(name: string): Remote | undefined {
    return this.#remotes.get(name);
  }

  /** Returns what stands for whoever has a name elsewhere, now or soon. */
  find(name: string): Remote {
    let remote = this.#remotes.get(name);
    if (!remote) this.#remotes.set(name, remote = this.#make(name));
    remote.turn = this.#keeper.turn;
    return remote;
  }

  /** Finds who asks or tells something; nobody if there can be no such one. */
  sender(node: string, number: string, name: string): Remote | undefined {
    const key = keyOf(node, number, name);
    let remote = this.#remotes.get(key);
    if (remote && remote.node !== node) this.#forgetAsked(remote);
    if (!remote) {
      // A name of this node is no name of another any more.
      const isOne = name === "" || isName(name) && !this.#keeper.here(name);
      if (!isOne) return undefined;
      remote = this.#make(name === "" ? undefined : name);
      this.#remotes.set(key, remote);
    }
    remote.node = node;
    remote.turn = this.#keeper.turn;
    return remote;
  }

  /** Finds a question of another node that is open here. */
  question(
    node: string,
    ref: number,
    number: string,
    name: string,
  ): OpenRequest | undefined {
    const remote = this.#remotes.get(keyOf(node, number, name));
    let request = remote?.party.oldest;
    while (request && !isOf(request, node, ref)) request = request.newer;
    return request;
  }

  /** Forgets what the participants of a node have asked here: it is gone. */
  gone(node: string): void {
    for (const remote of this) {
      if (remote.node === node) this.#forgetAsked(remote);
    }
  }

  /** Forgets the one for a name. */
  drop(name: string): void {
    const remote = this.#remotes.get(name);
    if (remote) this.#drop(name, remote);
  }

  /** Fails all that one was asked. */
  failAll({ party }: Remote, reason?: Fault): void {
    let request = party.firstAsked;
    while (request) {
      const next: OpenRequest | undefined = request.after;
      this.#keeper.failAsked(request, reason);
      request = next;
    }
  }

  /** Forgets those that nobody has needed since a turn of the clock. */
  sweep(turn = Infinity): void {
    for (const [key, remote] of this.#remotes) {
      if (isIdle(remote) && remote.turn < turn) this.#drop(key, remote);
    }
  }

  #make(name: string | undefined): Remote {
    // Questions for names that nobody has must not fill the memory.
    if (++this.#made % SWEPT === 0) this.sweep();
    return new Remote(this.#keeper, -this.#made, name);
  }

  #drop(key: string, remote: Remote): void {
    this.#remotes.delete(key);
    remote.party.active = false;
    this.failAll(remote);
    this.#keeper.leave(remote.party);
    remote.forgetAudits();
  }

  /**
   * Forgets what a participant has asked at the node where it was: its name has
   * moved, or the node is gone.
   */
  #forgetAsked({ party }: Remote): void {
    while (party.oldest) this.#keeper.cancel(party.oldest);
  }
}

/** Whether nobody waits for anything of a participant, nor it for anything. */
export function isIdle({ party }: { party: Party }): boolean {
  return party.asking === 0 && party.firstAsked === undefined;
}

/** Each hub has a participant of the same name, which is the hub itself. */
function keyOf(node: string, number: string, name: string): string {
  return name === "" || name === HUB ? `${node} ${number}` : name;
}

function isOf(request: OpenRequest, node: string, ref: number): boolean {
  const origin = request.tag as Origin;
  return origin.ref === ref && origin.node === node;
}
