// Copyright 2026 the Wirekit authors. MIT license.

import { Buffer, isUtf8 } from "node:buffer";
import { nextTick } from "node:process";
import { settled } from "@wirekit/internal/clock";
import type { Msg, Subscription } from "@nats-io/transport-node";
import { type Fault, fault } from "../../exchange/fault.ts";
import type { Address } from "../backplane.ts";
import type { Outgoing } from "../_whole.ts";
import { Growing } from "./_growing.ts";
import { keyOf } from "./_keys.ts";
import { Packet } from "./_packets.ts";
import { SentRefs } from "./_sent_refs.ts";
import type { SafeConnection } from "./connection/_connection.ts";

/** How many bytes are sent before the server is asked whether it has them. */
const UNASKED_BYTES = 256 * 1024;
/** What a server answers for a subject that nobody listens to. */
const NO_RESPONDERS = 503;
/** How long the server may take to say that it has read something. */
const FLUSH_TIMEOUT = 1_000;
/** The longest subject: a server ends the connection for one over 4,096 bytes. */
const MAX_SUBJECT = 3_000;
const TOO_LONG = fault("NameNotFound", "The name is too long for the cluster.");
const DOT = 0x2e;
/** How many subjects are remembered. */
const SUBJECTS = 10_000;

/** What gets the messages for a node. */
export interface MailReceiver {
  /** The id of the node. */
  readonly id: string;
  /** Something has come: a message, or several in a packet. */
  receive(packet: Uint8Array, from: string): void;
  /** A message was of nobody. */
  refuse(): void;
  /** Nobody was there to take the message with this number. */
  undelivered(ref: number): void;
}

/** A message on its way to the server. */
export interface Sent {
  readonly to: Address;
  readonly message: Outgoing;
  /** Its length in bytes. */
  readonly size: number;
  readonly ref: number | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The messages of a node on NATS: a subject for each name, one for each node,
 * and one for all.
 */
export class Mail {
  readonly #line: SafeConnection;
  readonly #prefix: string;
  readonly #maxOutboxBytes: number;
  readonly #receiver: MailReceiver;
  readonly #subjects = new Map<string, string>();
  /** Those to the names of this node. */
  readonly #names = new Map<string, Subscription>();
  /** Those to the node itself, and to all. */
  #own: Subscription[] = [];
  /** What goes out at the end of this turn, as commands of NATS. */
  readonly #turn = new Growing();
  /** What goes out after that: one to the same subject goes with it. */
  readonly #packet = new Packet();
  readonly #refs = new SentRefs();
  /** What came while the connection was just away. */
  #late: Sent[] = [];
  #lateBytes = 0;
  #unasked = 0;
  #maxPayload = 1024 * 1024;
  /** How many bytes the server has not read yet, as far as it was asked. */
  #outbox = 0;

  constructor(
    line: SafeConnection,
    { prefix, maxOutboxBytes }: { prefix: string; maxOutboxBytes: number },
    receiver: MailReceiver,
  ) {
    this.#line = line;
    this.#prefix = prefix;
    this.#maxOutboxBytes = maxOutboxBytes;
    this.#receiver = receiver;
  }

  /** As the server said last: nothing is known while it is away. */
  get maxMessageBytes(): number {
    const { max_payload = this.#maxPayload } = this.#line.connection.info ?? {};
    return this.#maxPayload = max_payload;
  }

  /** Whether there can be messages to a name. */
  canReach(name: string): boolean {
    return this.#subject(name).length <= MAX_SUBJECT;
  }

  #subject(name: string): string {
    let subject = this.#subjects.get(name);
    if (subject !== undefined) return subject;
    if (this.#subjects.size >= SUBJECTS) this.#subjects.clear();
    subject = `${this.#prefix}.n.${keyOf(name)}`;
    this.#subjects.set(name, subject);
    return subject;
  }

  #address(node: string): string {
    if (node !== this.#addressed) {
      this.#addressed = node;
      this.#lastAddress = `${this.#prefix}.node.${node}`;
    }
    return this.#lastAddress;
  }

  /** The node whose subject was asked for last, and that. */
  #addressed: string | undefined;
  #lastAddress = "";

  // In.

  /** Takes the messages to this node and to all. */
  open(): void {
    const address = this.#address(this.#receiver.id);
    for (const each of this.#own) this.#unsubscribe(each);
    this.#own = [
      this.#subscribe(address),
      this.#subscribe(`${address}.*`),
      this.#subscribe(`${this.#prefix}.all`),
    ];
  }

  /** Takes the messages to a name; resolves when the server knows. */
  async openName(name: string): Promise<void> {
    this.shutName(name);
    this.#names.set(name, this.#subscribe(this.#subject(name)));
    const { connection } = this.#line;
    await settled(connection.flush().catch(() => {}), FLUSH_TIMEOUT);
  }

  /** Takes them no longer. */
  shutName(name: string): void {
    const subscription = this.#names.get(name);
    if (!subscription) return;
    this.#unsubscribe(subscription);
    this.#names.delete(name);
  }

  /** Takes messages to no name any more. */
  shutNames(): void {
    for (const name of [...this.#names.keys()]) this.shutName(name);
  }

  #subscribe(subject: string): Subscription {
    const { connection, takers } = this.#line;
    // Only what has headers comes here; of an error everybody is told.
    const callback = (error: unknown, message: Msg) => {
      if (!error) this.#bounced(message);
    };
    const subscription = connection.subscribe(subject, { callback });
    takers.set(subscription.getID(), (message, reply) => {
      this.#receive(message, reply);
    });
    return subscription;
  }

  #unsubscribe(subscription: Subscription): void {
    this.#line.takers.delete(subscription.getID());
    subscription.unsubscribe();
  }

  /** A message that nobody was there to take. */
  #bounced({ headers, subject }: Msg): void {
    if (headers?.code !== NO_RESPONDERS) return this.#receiver.refuse();
    // Without a number it was for all, and this is the only hub.
    const end = subject.split(".").at(-1)!;
    if (/^\d+$/.test(end)) this.#receiver.undelivered(Number(end));
    if (!/^p\d+$/.test(end)) return;
    const refs = this.#refs.take(Number(end.slice(1)));
    for (const ref of refs) this.#receiver.undelivered(ref);
  }

  #receive(message: Uint8Array, reply: Uint8Array): void {
    if (message.length === 0) return; // A hub tries whether it may send.
    const from = this.#nodeIn(reply);
    if (from === undefined) this.#receiver.refuse();
    else this.#receiver.receive(message, from);
  }

  /** Who sent the last message, by the reply that it gave. */
  #lastReply = new Uint8Array();
  #lastNode = "";

  /** The node in a subject for replies; nothing if there is none. */
  #nodeIn(reply: Uint8Array): string | undefined {
    const last = this.#lastReply;
    let i = 0;
    while (i < last.length && reply[i] === last[i]) i++;
    const isSame = i > 0 && i === last.length &&
      (i === reply.length || reply[i] === DOT);
    if (isSame) return this.#lastNode;
    const text = decoder.decode(reply);
    const address = this.#address("");
    if (!text.startsWith(address)) return undefined;
    const [id = ""] = text.slice(address.length).split(".");
    this.#lastNode = id;
    this.#lastReply = encoder.encode(this.#address(id));
    return id;
  }

  // Out.

  #subjectOf(to: Address): string {
    if (to === this.#lastTo) return this.#lastSubject;
    const subject = to === "all"
      ? `${this.#prefix}.all`
      : "node" in to
      ? this.#address(to.node)
      : this.#subject(to.name);
    this.#lastTo = to;
    return this.#lastSubject = subject;
  }

  /** Where a message was for last, and its subject. */
  #lastTo: Address | undefined;
  #lastSubject = "";

  /** Returns why a message cannot be sent, if it cannot. */
  refusal({ to, size }: Sent): Fault | undefined {
    // What the server says of it is looked at once in a turn.
    const maxMessageBytes = this.isBegun
      ? this.#maxPayload
      : this.maxMessageBytes;
    if (size > maxMessageBytes) {
      const text = `The message is larger than the ${maxMessageBytes} bytes ` +
        "that the engine of the cluster passes on.";
      return fault("TooLarge", text);
    }
    if (this.#subjectOf(to).length > MAX_SUBJECT) return TOO_LONG;
    const waiting = this.#outbox + this.#lateBytes;
    if (waiting + size <= this.#maxOutboxBytes) return undefined;
    return fault("Unreachable", "The engine of the cluster does not keep up.");
  }

  /** Whether something goes out at the end of this turn. */
  get isBegun(): boolean {
    return this.#packet.subject !== "";
  }

  /** Sends a message at the end of this turn, with all others of it. */
  send({ to, message, size, ref }: Sent): void {
    const packet = this.#packet;
    const subject = this.#subjectOf(to);
    if (packet.subject === "") nextTick(() => this.endTurn());
    else if (!packet.fits(subject, size, this.#maxPayload)) this.#endPacket();
    packet.subject = subject;
    packet.add(message, size, ref);
    this.#unasked += size;
    if (this.#unasked >= UNASKED_BYTES) this.#ask();
  }

  /** Keeps a message until there is a connection again. */
  delay(sent: Sent): void {
    this.#lateBytes += sent.size;
    this.#late.push(sent);
  }

  /** Returns the messages that were kept, to be sent, and keeps them no more. */
  takeLate(): () => void {
    const late = this.#late;
    this.#late = [];
    this.#lateBytes = 0;
    return () => late.forEach((sent) => this.send(sent));
  }

  /** Forgets all that has not been sent. */
  drop(): void {
    this.takeLate();
    this.#turn.clear();
    this.#packet.clear();
  }

  /** Sends what is to go out at the end of this turn. */
  endTurn(): void {
    if (this.#packet.subject === "") return;
    this.#endPacket();
    if (this.#line.send(this.#turn.take())) this.#turn.release();
  }

  #endPacket(): void {
    const packet = this.#packet;
    const { refs } = packet;
    // What nobody is there to take comes back to this node, with a number.
    const number = refs.length === 0
      ? undefined
      : packet.count === 1
      ? refs[0]
      : this.#refs.add(refs);
    packet.writeTo(this.#turn, this.#address(this.#receiver.id), number);
  }

  /** Asks the server whether it has read what was sent. */
  #ask(): void {
    const asked = this.#unasked;
    this.#unasked = 0;
    this.#outbox += asked;
    this.endTurn();
    const sent = this.#refs.next;
    this.#line.connection.flush().catch(() => {})
      .then(() => {
        this.#outbox -= asked;
        this.#refs.forget(sent);
      });
  }
}

/** Returns how many bytes a message has, quicker than by encoding it. */
export function sizeOf(message: Outgoing): number {
  return typeof message === "string"
    ? Buffer.byteLength(message)
    : message.size;
}

/** Returns whether a text can be made of bytes, without making it. */
export function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes);
}
