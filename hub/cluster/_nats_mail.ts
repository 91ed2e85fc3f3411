// Copyright 2026 the Wirekit authors. MIT license.

import { nextTick } from "node:process";
import { settled } from "@wirekit/internal/clock";
import type {
  Msg,
  NatsConnection,
  Subscription,
} from "@nats-io/transport-node";
import { type Fault, fault } from "../exchange/fault.ts";
import type { Address } from "./backplane.ts";
import { keyOf } from "./_nats_names.ts";

/** How many bytes are sent before the server is asked whether it has them. */
const UNASKED_BYTES = 256 * 1024;
/** What a server answers for a subject that nobody listens to. */
const NO_RESPONDERS = 503;
/** How long the server may take to say that it has read something. */
const FLUSH_TIMEOUT = 1_000;
/** The longest subject: a server ends the connection for one over 4096 bytes. */
const MAX_SUBJECT = 3_000;
const TOO_LONG = fault("NameNotFound", "The name is too long for the cluster.");
/** How many subjects are remembered. */
const SUBJECTS = 10_000;

/** Who gets the messages for a node. */
export interface MailReceiver {
  /** The id of the node. */
  readonly id: string;
  receive(message: Uint8Array, from: string): void;
  /** A message was of nobody. */
  refuse(): void;
  /** Nobody was there to take the message with this number. */
  undelivered(ref: number): void;
}

/** A message on its way to the server. */
interface Sent {
  readonly to: Address;
  readonly message: Uint8Array;
  readonly ref: number | undefined;
}

/**
 * The messages of a node on NATS: a subject for each name, one for each node,
 * and one for all.
 */
export class Mail {
  readonly #connection: NatsConnection;
  readonly #prefix: string;
  readonly #maxOutboxBytes: number;
  readonly #receiver: MailReceiver;
  readonly #subjects = new Map<string, string>();
  /** Those to the names of this node. */
  readonly #names = new Map<string, Subscription>();
  /** Those to the node itself, and to all. */
  #own: Subscription[] = [];
  /** What goes out at the end of this turn. */
  #turn: Sent[] = [];
  /** What came while the connection was just away. */
  #late: Sent[] = [];
  #lateBytes = 0;
  #unasked = 0;
  #maxPayload = 1024 * 1024;
  /** How many bytes the server has not read yet, as far as it was asked. */
  #outbox = 0;

  constructor(
    connection: NatsConnection,
    { prefix, maxOutboxBytes }: { prefix: string; maxOutboxBytes: number },
    receiver: MailReceiver,
  ) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#maxOutboxBytes = maxOutboxBytes;
    this.#receiver = receiver;
  }

  /** As the server said last: nothing is known while it is away. */
  get maxMessageBytes(): number {
    const { max_payload = this.#maxPayload } = this.#connection.info ?? {};
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
    return `${this.#prefix}.node.${node}`;
  }

  // In.

  /** Takes the messages to this node and to all. */
  open(): void {
    const address = this.#address(this.#receiver.id);
    const subscribe = (subject: string, take: (message: Msg) => void) =>
      this.#connection.subscribe(subject, {
        callback: (_error, message) => take(message),
      });
    for (const each of this.#own) each.unsubscribe();
    this.#own = [
      subscribe(address, (message) => this.#receiveOwn(message)),
      subscribe(`${address}.*`, (message) => this.#receiveOwn(message)),
      subscribe(`${this.#prefix}.all`, (message) => this.#receive(message)),
    ];
  }

  /** Takes the messages to a name; resolves when the server knows. */
  async openName(name: string): Promise<void> {
    this.#names.get(name)?.unsubscribe();
    const subscription = this.#connection.subscribe(this.#subject(name), {
      callback: (_error, message) => this.#receive(message),
    });
    this.#names.set(name, subscription);
    await settled(this.#connection.flush().catch(() => {}), FLUSH_TIMEOUT);
  }

  /** Takes them no longer. */
  shutName(name: string): void {
    this.#names.get(name)?.unsubscribe();
    this.#names.delete(name);
  }

  /** Takes messages to no name any more. */
  shutNames(): void {
    for (const subscription of this.#names.values()) subscription.unsubscribe();
    this.#names.clear();
  }

  #receive(message: Msg): void {
    const from = /\.node\.([^.]+)/.exec(message.reply ?? "")?.[1];
    if (from === undefined) this.#receiver.refuse();
    else this.#receiver.receive(message.data, from);
  }

  #receiveOwn(message: Msg): void {
    if (message.headers?.code !== NO_RESPONDERS) return this.#receive(message);
    const ref = Number(message.subject.split(".").at(-1));
    if (Number.isInteger(ref)) this.#receiver.undelivered(ref);
    else this.#receiver.refuse();
  }

  // Out.

  /** Returns why a message cannot be sent, if it cannot. */
  refusal(to: Address, { length }: Uint8Array): Fault | undefined {
    const { maxMessageBytes } = this;
    if (length > maxMessageBytes) {
      const text = `The message is larger than the ${maxMessageBytes} bytes ` +
        "that the engine of the cluster passes on.";
      return fault("TooLarge", text);
    }
    if (typeof to === "object" && "name" in to && !this.canReach(to.name)) {
      return TOO_LONG;
    }
    const waiting = this.#outbox + this.#lateBytes;
    if (waiting + length <= this.#maxOutboxBytes) return undefined;
    return fault("Unreachable", "The engine of the cluster does not keep up.");
  }

  /**
   * Sends a message at the end of this turn, with all others of it: the client
   * of NATS writes each publish of its own to the socket otherwise.
   */
  send(to: Address, message: Uint8Array, ref: number | undefined): void {
    this.#send({ to, message, ref });
  }

  #send(sent: Sent): void {
    if (this.#turn.push(sent) === 1) nextTick(() => this.endTurn());
  }

  /** Keeps a message until there is a connection again. */
  delay(to: Address, message: Uint8Array, ref: number | undefined): void {
    this.#lateBytes += message.length;
    this.#late.push({ to, message, ref });
  }

  /** Returns the messages that were kept, to be sent, and keeps them no more. */
  takeLate(): () => void {
    const late = this.#late;
    this.#late = [];
    this.#lateBytes = 0;
    return () => late.forEach((sent) => this.#send(sent));
  }

  /** Forgets all that has not been sent. */
  drop(): void {
    this.takeLate();
    this.#turn = [];
  }

  /** Sends what is to go out at the end of this turn. */
  endTurn(): void {
    const sent = this.#turn;
    this.#turn = [];
    for (const each of sent) this.#write(each);
  }

  #write({ to, message, ref }: Sent): void {
    const subject = to === "all"
      ? `${this.#prefix}.all`
      : "node" in to
      ? this.#address(to.node)
      : this.#subject(to.name);
    const own = this.#address(this.#receiver.id);
    // An answer that nobody is there to take comes to it, with its number.
    const reply = ref === undefined ? own : `${own}.${ref}`;
    this.#connection.publish(subject, message, { reply });
    this.#unasked += message.length;
    if (this.#unasked < UNASKED_BYTES) return;
    const asked = this.#unasked;
    this.#unasked = 0;
    this.#outbox += asked;
    this.#connection.flush().catch(() => {}).then(() => this.#outbox -= asked);
  }
}
