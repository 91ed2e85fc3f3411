// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The routing core of the hub: names, holds and open requests.
 *
 * It knows neither sockets nor clocks: messages come in by
 * {@linkcode Participant.receive}, go out by a {@linkcode Receiver}, and the time
 * is told by {@linkcode Router.tick}.
 *
 * @module
 */
import { checkTime } from "@wirekit/internal/clock";
import { CloseError } from "@wirekit/transport/transport";
import { type OpenRequest, OpenRequests } from "./_open_requests.ts";
import { bytesOf, Party } from "./_party.ts";
import type { ConnectOptions, Participant, Receiver } from "./participant.ts";
import { composeMessage, Envelope, MessageType, Text } from "./message.ts";
import { textOf } from "./_scan.ts";

/** Options of {@linkcode Router}. */
export interface RouterOptions {
  /**
   * Largest message to pass on, in bytes. A larger one is answered with an
   * error. The default is what a stock winerp client takes: a larger message
   * would cost it its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxMessageBytes?: number;
  /**
   * Longest name, in bytes of its JSON text.
   *
   * @default {256}
   */
  maxNameBytes?: number;
  /**
   * Most requests of one client that are not answered yet. One more is answered
   * with an error.
   *
   * @default {16384}
   */
  maxRequests?: number;
  /**
   * How long a request may stay open, in milliseconds, before its requester gets
   * an error. Callers set their own, shorter deadlines: this one bounds what
   * the hub remembers.
   *
   * @default {3600000} One hour
   */
  requestTimeout?: number;
  /**
   * How long a connection may stay without a name, in milliseconds, before it is
   * closed.
   *
   * @default {10000}
   */
  verifyTimeout?: number;
  /**
   * Hears when a name comes, is held, or goes.
   *
   * @param event What happened.
   * @param name The JSON text of the name.
   */
  onName?: (event: "join" | "hold" | "leave", name: string) => void;
}

/** Longest `uuid` of a request, in bytes of its JSON text: it is remembered. */
const MAX_UUID_BYTES = 256;

/** The name of the hub itself, as JSON text: nobody can take it. */
const HUB = '"@hub"';

/** How the first line of an HTTP request begins. */
const HTTP_REGEXP = /^[A-Z]{3,10} \S/;

/** A name, who has it, and who waits for it, in the order they came. */
interface Seat {
  holder: Party;
  held: Set<Party> | undefined;
}

/** What a participant asks of its router. */
interface Desk {
  receive(party: Party, message: Uint8Array<ArrayBuffer>): void;
  leave(party: Party): void;
}

/** A party, as who carries its messages sees it. */
class Seated implements Participant {
  readonly #party: Party;
  readonly #desk: Desk;

  constructor(party: Party, desk: Desk) {
    this.#party = party;
    this.#desk = desk;
  }

  get name(): string | undefined {
    return this.#party.active ? this.#party.name : undefined;
  }

  get heldName(): string | undefined {
    return this.#party.active ? undefined : this.#party.name;
  }

  receive(message: Uint8Array<ArrayBuffer>): void {
    this.#desk.receive(this.#party, message);
  }

  leave(): void {
    this.#desk.leave(this.#party);
  }
}

const admitAll = () => true;

/**
 * Passes messages between participants by name, as winerp's server does, and
 * keeps what that loses: who asked whom.
 *
 * @example Two participants
 * ```ts
 * import { Router } from "@wirekit/hub/router";
 * import { assertEquals } from "@std/assert";
 *
 * const received: string[] = [];
 * const router = new Router();
 * const connect = () =>
 *   router.connect({
 *     send: (message) => received.push(new TextDecoder().decode(message)),
 *     close: () => {},
 *   });
 * const utf8 = new TextEncoder();
 *
 * connect().receive(utf8.encode('{"type":1,"id":"a","uuid":"1"}'));
 * connect().receive(utf8.encode('{"type":1,"id":"b","uuid":"2"}'));
 * assertEquals(received.map((text) => JSON.parse(text).data), [
 *   "Authorized.",
 *   "Authorized.",
 * ]);
 * assertEquals(router.names, ['"a"', '"b"']);
 * ```
 */
export class Router {
  readonly #options: Required<Omit<RouterOptions, "onName">>;
  readonly #onName: (event: "join" | "hold" | "leave", name: string) => void;
  readonly #seats = new Map<string, Seat>();
  readonly #unverified = new Set<Party>();
  readonly #open = new OpenRequests();
  readonly #envelope = new Envelope();
  readonly #desk: Desk = {
    receive: (party, message) => this.#receive(party, message),
    leave: (party) => this.#leave(party),
  };
  #now = 0;
  /** How many there were. */
  #parties = 0;

  /**
   * Makes a router without participants.
   *
   * @param options Limits.
   */
  constructor(options: RouterOptions = {}) {
    const { onName = () => {}, ...limits } = options;
    this.#onName = onName;
    const { requestTimeout = 3_600_000, verifyTimeout = 10_000 } = limits;
    checkTime("requestTimeout", requestTimeout);
    checkTime("verifyTimeout", verifyTimeout);
    this.#options = {
      maxMessageBytes: 2 * 1024 * 1024,
      maxNameBytes: 256,
      maxRequests: 16_384,
      requestTimeout: 3_600_000,
      verifyTimeout: 10_000,
      ...limits,
    };
  }

  /** The names that are taken, as JSON texts, in the order they were. */
  get names(): string[] {
    return [...this.#seats.keys()];
  }

  /**
   * Adds a participant, without a name yet.
   *
   * @param receiver Where its messages go.
   * @param options Who may come in.
   * @returns The participant.
   */
  connect(receiver: Receiver, options: ConnectOptions = {}): Participant {
    const party = new Party(
      this.#parties++,
      receiver,
      options.admit ?? admitAll,
    );
    party.expires = this.#now + this.#options.verifyTimeout;
    this.#unverified.add(party);
    return new Seated(party, this.#desk);
  }

  /**
   * Tells the time. Ends what has waited too long: connections without a name,
   * and requests without an answer. Once a second is enough.
   *
   * @param now Milliseconds that never go back, such as `performance.now()`.
   */
  tick(now: number): void {
    this.#now = now;
    for (const party of this.#unverified) {
      if (party.expires > now) break;
      this.#drop(party, 1008, "Not verified in time");
    }
    for (const { holder } of this.#seats.values()) {
      for (
        let request = holder.oldest;
        request && request.expires <= now;
        request = holder.oldest
      ) {
        this.#open.delete(request);
        this.#fail(request, "The request was not answered in time.");
      }
    }
  }

  #receive(from: Party, message: Uint8Array<ArrayBuffer>): void {
    if (from.gone) return;
    const envelope = this.#envelope;
    try {
      envelope.read(message);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#readLoosely(from, message, error.message);
    }
    const { type } = envelope;
    if (type === MessageType.verification) this.#verify(from);
    else if (!from.active) this.#refuseStranger(from);
    else if (type === MessageType.request) this.#request(from);
    else if (type === MessageType.response) this.#respond(from);
    else if (type === MessageType.error) this.#respond(from);
    else if (type === MessageType.ping) this.#ping(from);
    else if (type === MessageType.information) this.#inform(from);
    else if (type === MessageType.functionCall) this.#callFunction(from);
  }

  /**
   * Takes a message that is not to be relayed. If its envelope can be read all
   * the same, what it asks or answers fails now.
   */
  #readLoosely(
    from: Party,
    message: Uint8Array<ArrayBuffer>,
    reason: string,
  ): void {
    const envelope = this.#envelope;
    const text = `Cannot read message: ${reason}`;
    if (!envelope.readLoosely(message)) {
      from.receiver.send(composeMessage({
        id: from.name ?? "null",
        ...errorMembers(text),
      }));
      if (from.name === undefined) this.#drop(from, 1008, unreadable(message));
      return;
    }
    const { type } = envelope;
    if (type !== MessageType.verification && !from.active) {
      return this.#refuseStranger(from);
    }
    const answers = type === MessageType.response || type === MessageType.error;
    const request = answers ? this.#take(from) : undefined;
    if (!request) return this.#refuse(from, text);
    this.#fail(request, `The answer cannot be read: ${reason}`);
  }

  /**
   * Answers a message of who has no name of its own. Who has not even asked for
   * one may say nothing else: on a carrier without an HTTP upgrade it may be a
   * web page that sends lines to every port. Every winerp client verifies first.
   */
  #refuseStranger(from: Party): void {
    const { type } = this.#envelope;
    if (from.name === undefined) {
      this.#refuse(from, Text.notAuthorized);
      this.#drop(from, 1008, "Its first message was no verification");
    } else if (
      type !== MessageType.response && type !== MessageType.error ||
      this.#envelope.destination !== HUB
    ) this.#refuse(from, Text.notAuthorized);
  }

  /** Answers the message just read with an error. */
  #refuse(to: Party, text: string): void {
    to.receiver.send(this.#envelope.answer({
      ...(to.active && { id: to.name! }),
      ...errorMembers(text),
    }));
  }

  /** Whether a message of so many bytes is too large: then its sender is told. */
  #isTooLarge(bytes: number, from: Party): boolean {
    if (bytes <= this.#options.maxMessageBytes) return false;
    this.#refuseLarge(from);
    return true;
  }

  #refuseLarge(from: Party): void {
    const { maxMessageBytes } = this.#options;
    this.#refuse(from, `The message is larger than ${maxMessageBytes} bytes.`);
  }

  #verify(from: Party): void {
    const name = this.#envelope.id;
    if (from.active) {
      // A real server puts the client on hold behind itself, for ever.
      if (name === from.name) this.#welcome(from);
      return;
    }
    if (name === undefined) {
      this.#refuse(from, "The name must be a string.");
    } else if (this.#envelope.size("id") > this.#options.maxNameBytes) {
      const limit = this.#options.maxNameBytes;
      this.#refuse(from, `The name is longer than ${limit} bytes.`);
    } else if (name === HUB) {
      this.#refuse(from, `The name ${HUB} is the hub's own.`);
    } else if (!from.admit(tokenOf(this.#envelope.text("token")))) {
      this.#refuse(from, Text.notAuthorized);
      this.#drop(from, 1008, "Wrong token");
    } else this.#seat(from, name);
  }

  #seat(from: Party, name: string): void {
    if (from.name !== name) this.#unseat(from);
    this.#unverified.delete(from);
    from.name = name;
    from.nameBytes = bytesOf(name);
    const seat = this.#seats.get(name);
    if (!seat) {
      this.#seats.set(name, { holder: from, held: undefined });
      from.active = true;
      this.#welcome(from);
      this.#onName("join", name);
      return;
    }
    (seat.held ??= new Set()).add(from);
    from.receiver.send(this.#envelope.answer({
      ...errorMembers(Text.alreadyAuthorized),
      uuid: "null",
    }));
    this.#onName("hold", name);
  }

  #welcome(to: Party): void {
    to.receiver.send(this.#envelope.answer({
      id: to.name!,
      type: `${MessageType.success}`,
      data: JSON.stringify(Text.authorized),
    }));
  }

  #request(from: Party): void {
    const to = this.#target(from);
    if (to === from) return this.#refuse(from, Text.sameName);
    if (!to) return this.#refuse(from, Text.noDestination);
    // In a request, and nowhere else, `id` and `destination` change places.
    this.#ask(from, to, to.nameBytes, from.nameBytes);
  }

  #callFunction(from: Party): void {
    const to = this.#target(from);
    if (!to) return this.#refuse(from, Text.noRequester);
    this.#ask(from, to, from.nameBytes, to.nameBytes);
  }

  /** Who `destination` is; most often the one that it was the last time. */
  #target(from: Party): Party | undefined {
    const last = from.target;
    if (last?.active && this.#envelope.isFor(last.nameBytes)) return last;
    return from.target = this.#find(this.#envelope.destination);
  }

  #find(name: string | undefined): Party | undefined {
    return name === undefined ? undefined : this.#seats.get(name)?.holder;
  }

  /** Remembers who asks whom, and passes the question on. */
  #ask(
    requester: Party,
    responder: Party,
    id: Uint8Array,
    destination: Uint8Array,
  ): void {
    if (this.#envelope.size("uuid") > MAX_UUID_BYTES) {
      const text = `The uuid is longer than ${MAX_UUID_BYTES} bytes.`;
      return this.#refuse(requester, text);
    }
    const { maxRequests, requestTimeout } = this.#options;
    if (requester.asking >= maxRequests) {
      const text = `More than ${maxRequests} requests are unanswered.`;
      return this.#refuse(requester, text);
    }
    if (this.#isTooLarge(this.#envelope.length, requester)) return;
    const uuid = this.#envelope.text("uuid");
    const message = this.#envelope.redirect(id, destination);
    if (this.#isTooLarge(message.length, requester)) return;
    this.#open.add(uuid, requester, responder, this.#now + requestTimeout);
    responder.receiver.send(message);
  }

  #respond(from: Party): void {
    const envelope = this.#envelope;
    const request = this.#take(from);
    if (!request) {
      // Late or twice, as comes after every reconnect of a stock client: no harm.
      // If nobody has the name, say so as a real server does, but cut nobody off.
      const { destination } = envelope;
      if (
        destination !== undefined && destination !== HUB &&
        !this.#find(destination)
      ) {
        this.#refuse(from, Text.noRequester);
      }
      return;
    }
    const { requester, uuid } = request;
    const says = envelope.isFor(requester.nameBytes) ||
      envelope.destination !== undefined;
    // A stock client addresses this one error to itself, and stops reading as it
    // does. Only a new connection helps it, and its program can see this end.
    const deaf = envelope.type === MessageType.error && requester !== from &&
      envelope.isFor(from.nameBytes) &&
      envelope.text("data") === `"${Text.noRoute}"`;
    const { maxMessageBytes } = this.#options;
    const answer = envelope.length > maxMessageBytes
      ? undefined
      : says
      ? envelope.redirect(from.nameBytes, requester.nameBytes)
      : envelope.answer(
        { id: from.name!, destination: requester.name!, uuid },
        maxMessageBytes,
      );
    if (!answer || answer.length > maxMessageBytes) {
      const text = `The message is larger than ${maxMessageBytes} bytes.`;
      this.#fail(request, Text.answerTooLarge);
      from.receiver.send(composeMessage({
        id: from.name!,
        ...errorMembers(text),
        uuid,
        destination: requester.name!,
      }));
    } else requester.receiver.send(answer);
    if (deaf) this.#drop(from, 1011, "Deaf after an unknown route");
  }

  /**
   * Closes the request that the message just read answers. The connection and
   * the uuid say which: a stranger who knows the uuid cannot answer.
   */
  #take(from: Party): OpenRequest | undefined {
    const envelope = this.#envelope;
    if (envelope.size("uuid") > 6 * MAX_UUID_BYTES) return undefined;
    const uuid = envelope.text("uuid");
    let request = this.#open.find(from, uuid);
    if (!request || !envelope.isFor(request.requester.nameBytes)) {
      const { destination } = envelope;
      const { firstAsked, lastAsked } = from;
      if (destination === undefined) {
        // winerp-client-node answers without saying what and whom.
        const only = uuid === "null" && firstAsked === lastAsked;
        request = only ? firstAsked : undefined;
      } else {
        const requester = this.#find(destination);
        const known = requester && this.#open.find(from, uuid, requester);
        // A stock client addresses one error to itself: see above.
        if (known || destination !== from.name) request = known;
      }
    }
    if (request) this.#open.delete(request);
    return request;
  }

  /** Tells a requester that nobody will answer. */
  #fail({ requester, responder, uuid }: OpenRequest, text: string): void {
    requester.receiver.send(composeMessage({
      id: requester.name!,
      ...errorMembers(text),
      uuid,
      destination: responder.name!,
    }));
  }

  #ping(from: Party): void {
    const success = this.#envelope.text("destination") === "null" ||
      this.#find(this.#envelope.destination) !== undefined;
    from.receiver.send(this.#envelope.answer({
      id: from.name!,
      data: `{"success":${success}}`,
    }));
  }

  #inform(from: Party): void {
    const { length } = this.#envelope;
    if (this.#isTooLarge(length, from)) return;
    const names = this.#envelope.targets;
    let all = true;
    if (!names) {
      for (const { holder } of this.#seats.values()) {
        if (holder !== from) all = this.#tell(from, holder) && all;
      }
      if (!all) this.#refuseLarge(from);
      return;
    }
    // As often as the list says, as a real server does; but no single message
    // shall fill the outbox of a client by saying its name a thousand times.
    const often = names.length * length <= this.#options.maxMessageBytes;
    for (const name of often ? names : new Set(names)) {
      const to = this.#find(name);
      if (to) all = this.#tell(from, to) && all;
    }
    if (!all) this.#refuseLarge(from);
  }

  /** Tells a party what was said; not if that, with its name, is too large. */
  #tell(from: Party, to: Party): boolean {
    const message = this.#envelope.forward(from.nameBytes, to.nameBytes);
    if (message.length > this.#options.maxMessageBytes) return false;
    to.receiver.send(message);
    return true;
  }

  #drop(party: Party, code: number, reason: string): void {
    party.gone = true;
    party.receiver.close(new CloseError(code, { reason }));
    this.#leave(party);
  }

  #leave(party: Party): void {
    party.gone = true;
    this.#unverified.delete(party);
    while (party.oldest) this.#open.delete(party.oldest);
    for (
      let request = party.firstAsked;
      request;
      request = party.firstAsked
    ) {
      this.#open.delete(request);
      this.#fail(request, Text.responderLeft);
    }
    this.#unseat(party);
  }

  /** Takes the name from a party, and gives it to who waits for it. */
  #unseat(party: Party): void {
    const { name, active } = party;
    const seat = name === undefined ? undefined : this.#seats.get(name);
    if (!seat) return;
    if (!active) {
      seat.held?.delete(party);
      return;
    }
    party.active = false;
    this.#onName("leave", name!);
    const [heir] = seat.held ?? [];
    if (!heir) {
      this.#seats.delete(name!);
      return;
    }
    seat.held!.delete(heir);
    seat.holder = heir;
    heir.active = true;
    heir.receiver.send(composeMessage({
      type: `${MessageType.success}`,
      data: JSON.stringify(Text.authorized),
    }));
    this.#onName("join", name!);
  }
}

function errorMembers(
  text: string,
): Record<"type" | "data" | "traceback", string> {
  const json = JSON.stringify(text);
  return { type: `${MessageType.error}`, data: json, traceback: json };
}

/** Says what a first message that is none of ours seems to be. */
function unreadable(message: Uint8Array): string {
  return HTTP_REGEXP.test(textOf(message, 0, Math.min(message.length, 32)))
    ? "It spoke HTTP, as a web page or a browser does"
    : "Its first message cannot be read";
}

function tokenOf(text: string): string | undefined {
  const value: unknown = JSON.parse(text);
  return typeof value === "string" ? value : undefined;
}
