// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { now } from "@wirekit/internal/clock";
import type { OpenRequest, Party } from "../exchange/_party.ts";
import { type Fault, fault } from "../exchange/fault.ts";
import * as Text from "../exchange/_text.ts";
import type {
  Content,
  Follower,
  Member,
  Question,
} from "../exchange/participant.ts";
import { type Asked, AskedTable } from "./_asked.ts";
import { Asking } from "./_asking.ts";
import { Audits, OLD } from "./_audits.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  NodeStatus,
  PeerLine,
} from "./backplane.ts";
import { encode, Kind } from "./_messages.ts";
import type { Host } from "./_host.ts";
import { Incoming } from "./_incoming.ts";
import { Missing } from "./_missing.ts";
import { Others } from "./_others.ts";
import { Pace } from "./_pace.ts";
import { type Line, Remote } from "./_remote.ts";
import type { BytesReceiver, QuickTaker } from "./_quick.ts";
import { Remotes } from "./_remotes.ts";
import { type BytesPlane, type Outgoing, textOf } from "./_whole.ts";

/** What is said when the responder is gone, with its node or without. */
const LEFT = fault("ResponderLeft", Text.responderLeft);

/**
 * Joins the exchange of this node with those of others. For the exchange, what
 * is elsewhere is a participant like any other.
 */
export class Cluster implements BackplaneReceiver, BytesReceiver, Line {
  readonly #host: Host;
  readonly #backplane: Backplane;
  /** The same, if it takes bytes. */
  readonly #bytesPlane: BytesPlane | undefined;
  readonly #remotes: Remotes;
  readonly #others: Others;
  readonly #missing = new Missing();
  readonly #audits: Audits;
  readonly #asking: Asking;
  readonly #incoming: Incoming;
  readonly asked = new AskedTable();
  /** What other hubs say of themselves. */
  readonly peers: PeerLine = {
    listener: undefined,
    send: (to, text) => this.publish(to, encode([Kind.peer, text])),
  };
  readonly #pace = new Pace();
  turn = 0;
  #counted = 0;

  constructor(host: Host, backplane: Backplane) {
    this.#host = host;
    this.#backplane = backplane;
    if ("publishBytes" in backplane) {
      this.#bytesPlane = backplane as Backplane & BytesPlane;
    }
    this.#remotes = new Remotes(this);
    this.#others = new Others(this, (text) => host.warn(text));
    this.#asking = new Asking(
      this,
      this.#remotes,
      this.#others,
      this.#missing,
    );
    this.#audits = new Audits(this, this.#remotes, this.#others, {
      end: (asked, reason) => this.#asking.end(asked, reason),
      found: (ref) => this.#asking.found(ref),
    });
    this.#incoming = new Incoming(this, host, {
      remotes: this.#remotes,
      asking: this.#asking,
      audits: this.#audits,
    });
    backplane.onMessage(this);
    this.#incoming.ids.add(this.status.node);
  }

  get status(): BackplaneStatus {
    return this.#backplane.status();
  }

  claim(name: string): boolean {
    return this.#backplane.claim(name);
  }

  release(name: string): void {
    this.#backplane.release(name);
  }

  /** See {@linkcode Line}. */
  count(): number {
    return ++this.#counted;
  }

  /** See {@linkcode Line}. */
  publish(to: Address, message: Outgoing, ref?: number): Fault | undefined {
    const { again } = this.#asking;
    if (typeof to === "object" && "name" in to && again.has(to.name)) {
      return again.add(to.name, textOf(message), ref);
    }
    return this.push(to, message, ref);
  }

  /** Sends something, whatever waits to be sent. */
  push(to: Address, message: Outgoing, ref?: number): Fault | undefined {
    if (typeof message !== "string" && this.#bytesPlane) {
      return this.#bytesPlane.publishBytes(to, message, ref);
    }
    return this.#backplane.publish(to, textOf(message), ref);
  }

  /** Returns what stands for whoever has a name elsewhere, now or soon. */
  find(name: string): Party {
    return this.#remotes.find(name).party;
  }

  /** Returns who has asked something under a name, or was asked. */
  known(name: string): Party | undefined {
    return this.#remotes.get(name)?.party;
  }

  /** Returns whether another node has a name, as far as this one has heard. */
  has(name: string): boolean {
    return this.#backplane.status().names.has(name);
  }

  /** The nodes that are there, and cannot be reached. */
  get unreached(): readonly NodeStatus[] {
    return this.#others.unreached;
  }

  /** Asks whether another node has a name. */
  probe(name: string, then: (found: boolean) => void): void {
    this.#asking.probe(name, then);
  }

  /** Tells the participants of all other nodes. */
  tell(from: Member, content: Content): Fault | undefined {
    const { number, name = "" } = from as Party;
    return this.publish("all", encode([Kind.tellAll, number, name], content));
  }

  /** Keeps in mind who has asked a question, if it is of another node. */
  follow(question: OpenRequest): Follower | undefined {
    return this.#incoming.follow(question);
  }

  /** The other node that a participant is at which asks or tells something. */
  nodeOf(member: Member): string | undefined {
    const { participant } = member as Party;
    return participant instanceof Remote ? participant.node : undefined;
  }

  // What comes from the backplane.

  /** See {@linkcode BackplaneReceiver}. */
  won(name: string): void {
    this.#asking.again.drop(name);
    this.#remotes.drop(name);
    this.#host.won(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  held(name: string): void {
    this.#host.held(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  lost(name: string): void {
    this.#host.lost(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  figures(): Record<string, number> {
    const { refused } = this.#incoming;
    return { ...this.#host.figures(), refused, ...this.#pace.rates };
  }

  /** See {@linkcode BackplaneReceiver}. */
  refused(): void {
    this.#incoming.refused++;
  }

  /** See {@linkcode BackplaneReceiver}. */
  message(message: Uint8Array, from: string, text?: string): void {
    this.#incoming.take(message, from, text);
  }

  /** See {@linkcode BytesReceiver}. */
  quickly(bytes: Uint8Array, from: string): QuickTaker | undefined {
    return this.#incoming.quickly(bytes, from);
  }

  /** See {@linkcode BackplaneReceiver}. */
  undelivered(ref: number): void {
    this.#asking.undelivered(ref);
  }

  /** See {@linkcode BackplaneReceiver}. */
  unsent(name: string): void {
    this.#asking.unsent(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  left(name: string, dead: boolean): void {
    this.peers.listener?.left(name, dead);
    this.#asking.left(name);
    if (dead || this.status.state !== "open") {
      this.#missing.add(name, this.turn);
    }
    const remote = this.#remotes.get(name);
    if (!remote?.party.firstAsked) return;
    // What waits for one that may return was never sent.
    const waits = this.#missing.has(name) && this.#asking.again.has(name);
    if (dead && !waits) this.#remotes.failAll(remote);
    // Its node says itself what becomes of its questions, if it still can.
    else this.#audits.moved(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  gone(node: string): void {
    this.#incoming.gone(node);
    this.#remotes.gone(node);
    this.#others.forget(node);
    this.peers.listener?.gone(node);
  }

  /** See {@linkcode BackplaneReceiver}. */
  interrupted(): void {
    this.#asking.again.interrupted();
  }

  /** See {@linkcode BackplaneReceiver}. */
  attached(): void {
    this.#missing.back(this.turn);
    this.#asking.again.attached();
    this.#incoming.ids.add(this.status.node);
    this.#audits.all();
    this.peers.listener?.attached();
  }

  /** See {@linkcode BackplaneReceiver}. */
  listed(): void {
    this.peers.listener?.listed();
  }

  /** See {@linkcode BackplaneReceiver}. */
  detached(reason: string): void {
    this.#missing.away(this.#otherNodes());
    this.#others.forgetAll();
    this.#asking.endAll(fault("Unreachable", reason));
  }

  #otherNodes(): readonly NodeStatus[] {
    const { node, nodes } = this.status;
    return nodes.filter(({ id }) => id !== node);
  }

  /** The participants of other nodes that wait for answers of this one. */
  *parties(): Generator<Party, void> {
    for (const { party } of this.#remotes) yield party;
  }

  /** Is called once a second. */
  tick(): void {
    this.turn++;
    this.#pace.tick(this.#host.figures(), now());
    this.#asking.tick();
    this.#incoming.tick();
    this.#missing.tick(this.turn, () => this.#otherNodes());
    this.#others.tick();
    for (const remote of this.#remotes) {
      const { firstAsked } = remote.party;
      if (!firstAsked) remote.forgetAudits();
      else if (this.#isForsaken(remote)) this.#remotes.failAll(remote);
      else if (this.#audits.isSilent(remote)) this.#audits.giveUp(remote);
      else if (this.turn % OLD === 0) {
        this.#audits.of(remote, this.turn - OLD);
      }
      for (
        let each = remote.party.lastAsked;
        each && (each.tag as Asked).message;
        each = each.before
      ) {
        const asked = each.tag as Asked;
        if (asked.turn < this.turn - 1) asked.message = undefined;
      }
    }
    this.#remotes.sweep(this.turn - OLD);
  }

  /**
   * Whether nobody has the name of a participant that says nothing. What was
   * sent to it has not come back: the engine still delivers to a hub that is
   * frozen, or whose machine is gone.
   */
  #isForsaken(remote: Remote): boolean {
    const name = remote.party.name!;
    return this.#audits.isUnanswered(remote) && !this.status.reading &&
      !this.has(name) && !this.#missing.has(name);
  }

  // For what stands for others.

  here(name: string): Member | undefined {
    return this.#host.here(name);
  }

  cancel(question: Question): void {
    this.#host.cancel(question);
  }

  fail(question: Question, reason: Fault): void {
    this.#host.fail(question, reason);
  }

  leave(member: Member): void {
    this.#host.leave(member);
  }

  failAsked({ tag }: OpenRequest, reason = LEFT): void {
    this.#asking.end(tag as Asked, reason);
  }
}
