// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { OpenRequest } from "../exchange/_party.ts";
import { type Fault, fault } from "../exchange/fault.ts";
import type {
  AnswerKind,
  Content,
  Follower,
  Member,
  QuestionKind,
} from "../exchange/participant.ts";
import { Envelope } from "../winerp/_envelope.ts";
import type { Asked } from "./_asked.ts";
import type { Asking } from "./_asking.ts";
import type { Audits } from "./_audits.ts";
import type { PeerLine } from "./backplane.ts";
import { Floods } from "./_floods.ts";
import { RemoteFollower } from "./_follower.ts";
import type { Host } from "./_host.ts";
import { ANSWERS, encode, Kind, QUESTIONS, read } from "./_messages.ts";
import { type BytesReceiver, Quick, type QuickTaker } from "./_quick.ts";
import { type Line, nobody, type Origin, Remote } from "./_remote.ts";
import type { Remotes } from "./_remotes.ts";

/** How many nodes that are gone are remembered. */
const GONE = 1_000;

/** What is said of what another hub sent and this one cannot pass on. */
const UNREADABLE = fault(
  "InvalidMessage",
  "The hub of the destination cannot read what the hub of the requester sent.",
);
const UNREADABLE_ANSWER = fault(
  "InvalidAnswer",
  "The answer cannot be read as another hub passed it on.",
);

/** The node that gets the messages. */
interface Receiver extends Line {
  readonly peers: PeerLine;
}

/** What is done about them. */
interface Parts {
  readonly remotes: Remotes;
  readonly asking: Asking;
  readonly audits: Audits;
}

/** What comes from other nodes. */
export class Incoming implements BytesReceiver {
  readonly #node: Receiver;
  readonly #host: Host;
  readonly #remotes: Remotes;
  readonly #asking: Asking;
  readonly #audits: Audits;
  readonly #floods: Floods;
  readonly #quick: Quick;
  readonly #gone = new Set<string>();
  readonly #followers = new Set<RemoteFollower>();
  /** What this node was called, and is. */
  readonly ids = new Set<string>();
  /** How many messages were none of a hub, or of one that is gone. */
  refused = 0;

  constructor(node: Receiver, host: Host, { remotes, asking, audits }: Parts) {
    this.#node = node;
    this.#host = host;
    this.#remotes = remotes;
    this.#asking = asking;
    this.#audits = audits;
    this.#floods = new Floods((text) => host.warn(text));
    this.#quick = new Quick(node, this);
  }

  /** See {@linkcode BytesReceiver}. */
  quickly(bytes: Uint8Array, from: string): QuickTaker | undefined {
    if (this.#gone.has(from) || this.#floods.isOn) return undefined;
    this.#quick.begin(bytes, from);
    return this.#quick;
  }

  /** Keeps in mind who has asked a question, if it is of another node. */
  follow({ requester, tag }: OpenRequest): Follower | undefined {
    if (!(requester.participant instanceof Remote)) return undefined;
    const { node, asker } = tag as Origin;
    const who = { node, number: asker, name: requester.name ?? "" };
    const follower: RemoteFollower = new RemoteFollower(
      this.#node,
      who,
      () => this.#followers.delete(follower),
    );
    this.#followers.add(follower);
    return follower;
  }

  /** Is called once a second. */
  tick(): void {
    this.#floods.tick();
  }

  /** A node is gone. */
  gone(node: string): void {
    this.#gone.add(node);
    if (this.#gone.size > GONE) {
      const [first] = this.#gone;
      this.#gone.delete(first!);
    }
  }

  /** Takes a message of another node, and its text if that is known. */
  take(message: Uint8Array, from: string, text?: string): void {
    const isUnread = this.#gone.has(from) || this.#floods.has(message, from);
    if (isUnread) return this.#leave(message, from);
    const said = read(message, text);
    if ("refused" in said) return this.#refuse(said.refused, from);
    const { fields, content } = said;
    const [kind = "", ...rest] = fields;
    if (kind in QUESTIONS) {
      this.#receiveQuestion(QUESTIONS[kind]!, fields, content, from);
    } else if (kind in ANSWERS) {
      this.#receiveAnswer(ANSWERS[kind]!, fields, content, from);
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
      this.#node.publish({ node: from }, encode([Kind.here, ref]));
    } else if (kind === Kind.here) {
      this.#asking.found(Number(rest[0]));
    } else if (kind === Kind.audit) {
      this.#floods.audited(this.#audits.answer(rest, from));
    } else if (kind === Kind.unknown) this.#audits.hear(rest);
    else if (this.#node.peers.listener?.heard(rest[0]!, from) === false) {
      this.#refuse([], from);
    }
  }

  /** Leaves a message unread. */
  #leave(message: Uint8Array, from: string): void {
    // A node that was taken for dead has no say in what it had.
    const isLeft = this.#gone.has(from) || this.#floods.isOver(from) ||
      // One that asks after questions would take silence for a broken line.
      !this.#audits.defer(message, from);
    if (isLeft) this.refused++;
  }

  /**
   * Counts what is no message of a hub, and says so to the one that waits for
   * what it would have been.
   */
  #refuse(fields: readonly string[], node: string): void {
    this.refused++;
    this.#floods.refused(node);
    const [kind = "", ref = ""] = fields;
    if (kind in QUESTIONS) {
      const { code, text } = UNREADABLE;
      this.#node.publish({ node }, encode([Kind.fail, ref, code, text]));
    } else if (kind in ANSWERS || kind === Kind.fail) {
      const asked = this.#node.asked.get(Number(ref));
      if (asked?.question) this.#asking.end(asked, UNREADABLE_ANSWER);
    }
  }

  #receiveQuestion(
    kind: QuestionKind,
    fields: readonly string[],
    content: Content,
    node: string,
  ): void {
    const [, number = "", asker = "", name = ""] = fields;
    const isWhole = content instanceof Envelope;
    const uuid = isWhole ? content.text("uuid") : fields[4]!;
    const to = fields[isWhole ? 4 : 5]!;
    const ref = Number(number);
    const responder = this.#host.here(to);
    if (!responder) return this.#fail(node, ref, nobody(kind));
    const source = this.#remotes.sender(node, asker, name);
    if (!source) return this.#refuse(fields, node);
    if (isWhole) this.#quick.learn(node, fields, source, responder);
    const origin = { node, ref, asker };
    this.ask(kind, origin, uuid, source, responder, content);
  }

  /** Asks a participant of this node. */
  ask(
    kind: QuestionKind,
    origin: Origin,
    uuid: string,
    source: Remote,
    responder: Member,
    content: Content,
  ): void {
    this.#audits.asked();
    const { party } = source;
    const refusal = this.#host.ask(
      party,
      responder,
      uuid,
      kind,
      content,
      origin,
    );
    if (refusal) this.#fail(origin.node, origin.ref, refusal);
  }

  #fail(node: string, ref: number, { code, text }: Fault): void {
    this.#node.publish({ node }, encode([Kind.fail, ref, code, text]));
  }

  #receiveAnswer(
    kind: AnswerKind,
    fields: readonly string[],
    content: Content,
    node: string,
  ): void {
    const asked = this.#node.asked.get(Number(fields[1]));
    if (!asked?.question) return;
    const { question } = asked;
    if (content instanceof Envelope && !content.hasUuid(question.uuid)) {
      return this.#refuse(fields, node);
    }
    this.answer(kind, asked, content);
  }

  /** Ends what was asked. */
  answer(kind: AnswerKind, asked: Asked, content: Content): void {
    if (this.#node.asked.delete(asked)) {
      this.#host.answer(asked.question!, kind, content);
    }
  }

  #receiveFailure([number, code, text = ""]: readonly string[]): void {
    const asked = this.#node.asked.get(Number(number));
    if (asked?.question) this.#asking.end(asked, { code: Number(code), text });
  }

  #receiveFollowed(
    [number = "", name = "", to = "", node = "", which = ""]: readonly string[],
    content: Content,
    from: string,
  ): void {
    const isHere = this.ids.has(node) &&
      this.#host.here(to)?.number === Number(which);
    if (!isHere) {
      this.#node.publish({ node: from }, encode([Kind.absent, node, which]));
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
}
