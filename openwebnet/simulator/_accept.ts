// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import type { Transport } from "@wirekit/transport/transport";
import type { Authentication, SessionKind } from "../session/handshake.ts";
import {
  type HandshakeMessage,
  parseHandshake,
  serialize,
} from "../wire/message.ts";
import {
  fromDigits,
  type HmacAlgorithm,
  hmacProofs,
  openAnswer,
  sameProof,
  toDigits,
} from "../wire/password.ts";
import type { Random } from "./_random.ts";

/** Options for the gateway's end of a handshake. */
export interface AcceptOptions {
  authentication: Authentication;
  password: string;
  random: Random;
  selectors: readonly string[];
  /** How long to wait for each frame of the client, in milliseconds. */
  timeout: number;
  /** Tells whether there is room for another session of a kind. */
  hasRoom: (session: SessionKind) => boolean;
  /** Tells, before a step, whether to close instead. */
  closesAt: (step: HandshakeStep) => boolean;
  /**
   * Tells whether to refuse the right password, because of wrong ones before.
   */
  isLocked: () => boolean;
  /** Tells whether to send a wrong proof. */
  liesAbout: (step: "proof") => boolean;
}

/** A step of a handshake at which a gateway may close or refuse. */
export type HandshakeStep = "greeting" | "selector" | "password";

/** The result of a handshake: a session, or the reason why there is none. */
export type Accepted = SessionKind | "wrong password" | "closed";

/** Plays the gateway's end of a handshake. */
export function acceptSession(
  transport: Transport<string>,
  options: AcceptOptions,
): Promise<Accepted> {
  return new Handshake(transport, options).accept();
}

/** A handshake in progress. */
class Handshake {
  readonly #transport: Transport<string>;
  readonly #options: AcceptOptions;
  readonly #frames: AsyncIterator<string>;

  constructor(transport: Transport<string>, options: AcceptOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#frames = transport[Symbol.asyncIterator]();
  }

  async accept(): Promise<Accepted> {
    const session = await this.#agree();
    if (session === undefined) return "closed";
    if (!this.#options.hasRoom(session)) {
      await this.#refuse();
      return "closed";
    }
    const outcome = await this.#authenticate();
    if (outcome === "wrong password") await this.#refuse();
    return outcome === "right" ? session : outcome;
  }

  /** Greets the client, and reads what it wants until that is known here. */
  async #agree(): Promise<SessionKind | undefined> {
    const { closesAt, selectors } = this.#options;
    if (closesAt("greeting")) return undefined;
    await this.#send({ kind: "ack" });
    for (;;) {
      const request = await this.#read();
      if (request?.kind !== "session" || closesAt("selector")) return undefined;
      if (request.selector === "1") return "event";
      if (selectors.includes(request.selector)) return "command";
      await this.#refuse();
    }
  }

  /** Asks for the password, if there is one, up to the last frame. */
  async #authenticate(): Promise<Outcome> {
    const { authentication } = this.#options;
    if (authentication === "sha1" || authentication === "sha256") {
      return await this.#checkHmac(authentication);
    }
    const outcome = authentication === "open"
      ? await this.#checkOpen()
      : "right";
    if (outcome === "right") await this.#send({ kind: "ack" });
    return outcome;
  }

  async #checkOpen(): Promise<Outcome> {
    const { password, random, closesAt, isLocked } = this.#options;
    const nonce = random.digits(random.pick([6, 7, 9]));
    await this.#send({ kind: "digits", digits: nonce });
    const answer = await this.#read();
    if (answer === undefined || closesAt("password")) return "closed";
    const isRight = answer.kind === "digits" &&
      answer.digits === openAnswer(password, nonce);
    return isRight && !isLocked() ? "right" : "wrong password";
  }

  async #checkHmac(algorithm: HmacAlgorithm): Promise<Outcome> {
    const { password, closesAt, isLocked, liesAbout } = this.#options;
    await this.#send({
      kind: "authentication",
      algorithm: algorithm === "sha1" ? "1" : "2",
    });
    if ((await this.#read())?.kind !== "ack") return "closed";
    const serverNonce = this.#nonce(algorithm);
    await this.#send({ kind: "digits", digits: toDigits(serverNonce) });
    const answer = await this.#read();
    if (answer === undefined || closesAt("password")) return "closed";
    const sent = proofOf(answer, algorithm);
    if (sent === undefined) return "wrong password";
    const { clientNonce, proof } = sent;
    const { client, server } = await hmacProofs({
      algorithm,
      password,
      serverNonce,
      clientNonce,
    });
    if (!sameProof(client, proof) || isLocked()) return "wrong password";
    if (liesAbout("proof")) server[0]! ^= 1;
    await this.#send({ kind: "digits", digits: toDigits(server) });
    return (await this.#read())?.kind === "ack" ? "right" : "closed";
  }

  #nonce(algorithm: HmacAlgorithm): Uint8Array {
    const { random } = this.#options;
    const length = algorithm === "sha1" ? 20 : 32;
    return Uint8Array.from({ length }, () => random.integer(0, 255));
  }

  /** Reads a frame; there is none if the client is gone or silent. */
  async #read(): Promise<HandshakeMessage | undefined> {
    try {
      const result = await within(
        this.#frames.next(),
        this.#options.timeout,
        () => new TimeoutError("No frame came"),
      );
      return result.done ? undefined : parseHandshake(result.value);
    } catch {
      return undefined;
    }
  }

  #refuse(): Promise<void> {
    return this.#send({ kind: "nack", code: 0 });
  }

  /** Sends a frame; that the client is gone shows when it is read from. */
  #send(message: HandshakeMessage): Promise<void> {
    return this.#transport.send(serialize(message)).catch(() => {});
  }
}

/** Whether the password was right. */
type Outcome = "right" | "wrong password" | "closed";

/** Reads the proof of a client, if it sent one of the algorithm. */
function proofOf(
  answer: HandshakeMessage,
  algorithm: HmacAlgorithm,
): { clientNonce: Uint8Array; proof: Uint8Array } | undefined {
  if (answer.kind !== "proof") return undefined;
  try {
    return {
      clientNonce: fromDigits(answer.nonce, algorithm),
      proof: fromDigits(answer.proof, algorithm),
    };
  } catch {
    return undefined;
  }
}
