// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { now } from "@wirekit/internal/clock";
import type { OpenRequest, Party } from "../exchange/_party.ts";
import { type Fault, fault } from "../exchange/fault.ts";
import * as Text from "../exchange/_text.ts";
import type {
  AnswerKind,
  Content,
  Follower,
  Member,
  Question,
  QuestionKind,
} from "../exchange/participant.ts";
import { type Asked, AskedTable } from "./_asked.ts";
import { Asking } from "./_asking.ts";
import { Audits, OLD } from "./_audits.ts";
import type {
  Address,
  Backplane,
  BackplaneReceiver,
  BackplaneStatus,
  PeerLine,
} from "./backplane.ts";
import { ANSWERS, encode, Kind, QUESTIONS, read } from "./_messages.ts";
import { RemoteFollower } from "./_follower.ts";
import type { Host } from "./_host.ts";
import { Pace } from "./_pace.ts";
import { type Line, nobody, type Origin, Remote } from "./_remote.ts";
import { Remotes } from "./_remotes.ts";

/** How many nodes that are gone are remembered. */
const GONE = 1_000;

/**
 * Joins the exchange of this node with those of others. For the exchange, what
 * is elsewhere is a participant like any other.
 */
export class Cluster implements BackplaneReceiver, Line {
  readonly #host: Host;
  readonly #backplane: Backplane;
  readonly #remotes: Remotes;
  readonly #audits: Audits;
  readonly #asking: Asking;
  readonly asked = new AskedTable();
  readonly #gone = new Set<string>();
  /** What this node was called, and is. */
  readonly #ids = new Set<string>();
  readonly #followers = new Set<RemoteFollower>();
  /** What other hubs say of themselves. */
  readonly peers: PeerLine = {
    listener: undefined,
    send: (to, text) => this.publish(to, encode([Kind.peer, text])),
  };
  readonly #pace = new Pace();
  /** How many messages were none of a hub, or of one that is gone. */
  #refused = 0;
  turn = 0;
  #counted = 0;

  constructor(host: Host, backplane: Backplane) {
    this.#host = host;
    this.#backplane = backplane;
    this.#remotes = new Remotes(this);
    this.#asking = new Asking(this, this.#remotes);
    this.#audits = new Audits(
      this,
      this.#remotes,
      (asked, reason) => this.#asking.end(asked, reason),
    );
    backplane.onMessage(this);
    this.#ids.add(this.status.node);
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
  publish(to: Address, message: string, ref?: number): Fault | undefined {
    return this.#backplane.publish(to, message, ref);
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
  follow({ requester, tag }: OpenRequest): Follower | undefined {
    if (!(requester.participant instanceof Remote)) return undefined;
    const { node, asker } = tag as Origin;
    const who = { node, number: asker, name: requester.name ?? "" };
    const follower: RemoteFollower = new RemoteFollower(
      this,
      who,
      () => this.#followers.delete(follower),
    );
    this.#followers.add(follower);
    return follower;
  }

  /** The other node that a participant is at which asks or tells something. */
  nodeOf(member: Member): string | undefined {
    const { participant } = member as Party;
    return participant instanceof Remote ? participant.node : undefined;
  }

  // What comes from the backplane.

  /** See {@linkcode BackplaneReceiver}. */
  won(name: string): void {
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
    const refused = this.#refused;
    return { ...this.#host.figures(), refused, ...this.#pace.rates };
  }

  /** See {@linkcode BackplaneReceiver}. */
  refused(): void {
    this.#refused++;
  }

  /** See {@linkcode BackplaneReceiver}. */
  message(message: Uint8Array, from: string, text?: string): void {
    // A node that was taken for dead has no say in what it had.
    if (this.#gone.has(from)) return this.refused();
    const said = read(message, text);
    if ("refused" in said) return this.#refuse(said.refused, from);
    const { fields, content } = said;
    const [kind = "", ...rest] = fields;
    if (kind in QUESTIONS) {
      this.#receiveQuestion(QUESTIONS[kind]!, fields, content, from);
    } else if (kind in ANSWERS) {
      this.#receiveAnswer(ANSWERS[kind]!, rest, content);
    } else if (kind === Kind.fail) this.#receiveFailure(rest);
    else if (kind === Kind.tell || kind === Kind.tellAll) {
      const [number = "", name = "", to = ""] = rest;
      const source = this.#remotes.sender(from, number, name);
      if (!source) return this.#refuse([], from);
      const names = kind === Kind.tell ? [to] : undefined;
      this.#host.inform(source.party, names, content);
    } else if (kind === Kind.follow) this.#receiveFollowed(rest, content, from);
    else if (kind === Kind.absent) {
      const [node = "", number = ""] = rest;
      for (const each of this.#followers) {
        if (each.isOf(node, number)) each.lost();
      }
    } else if (kind === Kind.cancel) this.#receiveCancel(rest, from);
    else if (kind === Kind.probe) {
      const [ref = "", name = ""] = rest;
      if (!this.#host.here(name)) return;
      this.publish({ node: from }, encode([Kind.here, ref]));
    } else if (kind === Kind.here) {
      this.#asking.found(Number(rest[0]));
    } else if (kind === Kind.audit) this.#audits.answer(rest, from);
    else if (kind === Kind.unknown) this.#audits.hear(rest);
    else if (this.peers.listener?.heard(rest[0]!, from) === false) {
      this.#refuse([], from);
    }
  }

  /**
   * Counts what is no message of a hub, and says so to the one that waits for
   * what it would have been.
   */
  #refuse(fields: readonly string[], node: string): void {
    this.refused();
    const [kind = "", ref = ""] = fields;
    if (kind in QUESTIONS) {
      const { code, text } = UNREADABLE;
      this.publish({ node }, encode([Kind.fail, ref, code, text]));
    } else if (kind in ANSWERS || kind === Kind.fail) {
      const asked = this.asked.get(Number(ref));
      if (asked?.question) this.#asking.end(asked, UNREADABLE_ANSWER);
    }
  }

  #receiveQuestion(
    kind: QuestionKind,
    fields: readonly string[],
    content: Content,
    node: string,
  ): void {
    const [, number = "", asker = "", name = "", uuid = "", to = ""] = fields;
    const ref = Number(number);
    const responder = this.#host.here(to);
    const source = responder && this.#remotes.sender(node, asker, name);
    if (responder && !source) return this.#refuse(fields, node);
    const refusal = responder && source
      ? this.#host.ask(
        source.party,
        responder,
        uuid,
        kind,
        content,
        {
          node,
          ref,
          asker,
        } satisfies Origin,
      )
      : nobody(kind);
    if (!refusal) return;
    this.publish(
      { node },
      encode([Kind.fail, ref, refusal.code, refusal.text]),
    );
  }

  #receiveAnswer(
    kind: AnswerKind,
    fields: readonly string[],
    content: Content,
  ): void {
    const asked = this.asked.get(Number(fields[0]));
    if (!asked?.question || !this.asked.delete(asked)) return;
    this.#host.answer(asked.question, kind, content);
  }

  #receiveFailure([number, code, text = ""]: readonly string[]): void {
    const asked = this.asked.get(Number(number));
    if (asked?.question) this.#asking.end(asked, { code: Number(code), text });
  }

  #receiveFollowed(
    [number = "", name = "", to = "", node = "", which = ""]: readonly string[],
    content: Content,
    from: string,
  ): void {
    const isHere = this.#ids.has(node) &&
      this.#host.here(to)?.number === Number(which);
    if (!isHere) {
      this.publish({ node: from }, encode([Kind.absent, node, which]));
      return;
    }
    const source = this.#remotes.sender(from, number, name);
    if (source) this.#host.inform(source.party, [to], content);
    else this.#refuse([], from);
  }

  #receiveCancel(
    [number, asker = "", name = ""]: readonly string[],
    node: string,
  ): void {
    const request = this.#remotes.question(node, Number(number), asker, name);
    if (request) this.#host.cancel(request);
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
    const remote = this.#remotes.get(name);
    if (!remote?.party.firstAsked) return;
    if (dead) this.#remotes.failAll(remote);
    // Its node says itself what becomes of its questions, if it still can.
    else this.#audits.moved(name);
  }

  /** See {@linkcode BackplaneReceiver}. */
  gone(node: string): void {
    this.#gone.add(node);
    if (this.#gone.size > GONE) {
      const [first] = this.#gone;
      this.#gone.delete(first!);
    }
    this.#remotes.gone(node);
    this.peers.listener?.gone(node);
  }

  /** See {@linkcode BackplaneReceiver}. */
  attached(): void {
    this.#ids.add(this.status.node);
    this.#audits.all();
    this.peers.listener?.attached();
  }

  /** See {@linkcode BackplaneReceiver}. */
  listed(): void {
    this.peers.listener?.listed();
  }

  /** See {@linkcode BackplaneReceiver}. */
  detached(reason: string): void {
    this.#asking.endAll(fault("Unreachable", reason));
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
    for (const remote of this.#remotes) {
      const { firstAsked } = remote.party;
      if (firstAsked && this.#isForsaken(remote)) this.#remotes.failAll(remote);
      else if (firstAsked && this.turn % OLD === 0) {
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
    return this.#audits.isUnanswered(remote) && !this.status.reading &&
      !this.has(remote.party.name!);
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

  failAsked({ tag }: OpenRequest): void {
    this.#asking.end(tag as Asked, LEFT);
  }
}

/** What is said of what another hub sent and this one cannot pass on. */
const UNREADABLE = fault(
  "InvalidMessage",
  "The hub of the destination cannot read what the hub of the requester sent.",
);
const UNREADABLE_ANSWER = fault(
  "InvalidAnswer",
  "The answer cannot be read as another hub passed it on.",
);
/** What is said when the responder is gone, with its node or without. */
const LEFT = fault("ResponderLeft", Text.responderLeft);
