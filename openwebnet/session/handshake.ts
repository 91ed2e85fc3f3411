// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The start of a session with a gateway: the greeting, the kind of session and
 * the password.
 *
 * @module
 */

import { checkTime, within } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import {
  fromDigits,
  type HmacAlgorithm,
  hmacProofs,
  makeNonce,
  openAnswer,
  sameProof,
  toDigits,
} from "../wire/password.ts";
import {
  type HandshakeMessage,
  parseHandshake,
  serialize,
} from "../wire/message.ts";
import {
  AuthenticationError,
  SessionRefusedError,
  TimeoutError,
} from "./errors.ts";

/**
 * How a gateway authenticates its clients: not at all, with OPEN, or with HMAC
 * and a hash.
 *
 * @category Sessions and passwords
 */
export type Authentication = "none" | "open" | HmacAlgorithm;

/**
 * What a session is for.
 *
 * @category Sessions and passwords
 */
export type SessionKind = "command" | "event";

/**
 * Options of {@linkcode openSession}.
 *
 * @category Sessions and passwords
 */
export interface HandshakeOptions {
  /**
   * What the session is for.
   *
   * @default {"command"}
   */
  session?: SessionKind;
  /**
   * The password. For OPEN it must be a 32-bit number in decimal digits.
   *
   * @default {undefined} Works only with a gateway that asks for none.
   */
  password?: string;
  /**
   * The selector that asks for a command session. `"auto"` sends `*99*9##`, as
   * the document says, and `*99*0##` if that is refused.
   *
   * @default {"auto"}
   */
  selector?: "auto" | "9" | "0";
  /**
   * The authentications that the gateway may ask for. Leave out `"open"` so
   * that an impostor cannot get an answer that reveals the password.
   *
   * @default {["none", "open", "sha1", "sha256"]}
   */
  authentication?: readonly Authentication[];
  /**
   * How long opening the session may take, in milliseconds.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * The URL of the gateway for error messages, such as
   * `tcp://192.168.1.35:20000`.
   *
   * @default {undefined} Not known.
   */
  url?: string;
  /** Ends the handshake. */
  signal?: AbortSignal;
}

/**
 * The result of a handshake.
 *
 * @category Sessions and passwords
 */
export interface Session {
  /** The selector that was granted: `"9"`, `"0"`, or `"1"` for events. */
  selector: string;
  /** The authentication that the gateway asked for. */
  authentication: Authentication;
}

/**
 * Opens a session over a transport whose other end is a gateway. If it fails,
 * close the transport.
 *
 * @category Sessions and passwords
 * @param transport The transport, from which nothing has been read.
 * @param options The kind of session and the password.
 * @returns The session that was granted, which the transport now carries.
 * @throws {SessionRefusedError} If the gateway refuses the session or closes.
 * @throws {AuthenticationError} If the password is missing, is rejected, or is
 * not the one that the gateway knows.
 *
 * @example Open a session
 * ```ts
 * import { openSession } from "@wirekit/openwebnet";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, gateway] = pair();
 * await gateway.send("*#*1##");
 * await gateway.send("*#603356072##");
 * await gateway.send("*#*1##");
 * const session = await openSession(near, { password: "12345" });
 * assertEquals(session, { selector: "9", authentication: "open" });
 *
 * await near.close();
 * assertEquals(await Array.fromAsync(gateway), ["*99*9##", "*#25280520##"]);
 * ```
 */
export async function openSession(
  transport: Transport<string>,
  options: HandshakeOptions = {},
): Promise<Session> {
  const { connectTimeout = 10_000, signal, url } = options;
  checkTime("connectTimeout", connectTimeout);
  return await within(
    new Handshake(transport, options).open(),
    connectTimeout,
    () => {
      const ms = Math.round(connectTimeout);
      return new TimeoutError(
        `${url ?? "Gateway"} did not open the session within ${ms} ms`,
      );
    },
    { signal },
  );
}

/** A handshake in progress. */
class Handshake {
  readonly #transport: Transport<string>;
  readonly #options: HandshakeOptions;
  readonly #frames: AsyncIterator<string>;
  /** The last selector that the gateway refused. */
  #refused: string | undefined;

  constructor(transport: Transport<string>, options: HandshakeOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#frames = transport[Symbol.asyncIterator]();
  }

  async open(): Promise<Session> {
    const { session = "command", selector = "auto", url } = this.#options;
    const greeting = await this.#read(this.#closed);
    if (greeting.kind !== "ack") {
      throw new SessionRefusedError(
        `${url ?? "Gateway"} refused the connection`,
        { url },
      );
    }
    const choices = session === "event"
      ? ["1"]
      : selector === "auto"
      ? ["9", "0"]
      : [selector];
    for (const choice of choices) {
      await this.#send({ kind: "session", selector: choice });
      const challenge = await this.#read(this.#closed);
      if (challenge.kind === "nack") {
        this.#refused = choice;
        continue;
      }
      return {
        selector: choice,
        authentication: await this.#authenticate(challenge),
      };
    }
    throw new SessionRefusedError(
      `${url ?? "Gateway"} refused the session: other programs may have all ` +
        "that it gives",
      { selector: this.#refused, url },
    );
  }

  /** Answers the challenge, and returns the authentication it asked for. */
  async #authenticate(challenge: HandshakeMessage): Promise<Authentication> {
    const { authentication: accepted } = this.#options;
    const authentication = toAuthentication(challenge);
    if (authentication === undefined) {
      throw this.#error("asks for an unknown kind of authentication");
    }
    if (accepted !== undefined && !accepted.includes(authentication)) {
      throw this.#error(
        `asks for authentication "${authentication}", which the ` +
          "authentication option does not allow",
      );
    }
    if (challenge.kind === "digits") await this.#answerOpen(challenge.digits);
    else if (authentication === "sha1" || authentication === "sha256") {
      await this.#answerHmac(authentication);
    }
    return authentication;
  }

  async #answerOpen(nonce: string): Promise<void> {
    let digits: string;
    const password = this.#password();
    try {
      digits = openAnswer(password, nonce);
    } catch (cause) {
      throw this.#error(
        "asks for an OPEN password, which must be a number of at " +
          "most 4294967295",
        cause,
      );
    }
    await this.#send({ kind: "digits", digits });
    const reply = await this.#read(this.#rejected);
    if (reply.kind !== "ack") throw this.#rejected();
  }

  async #answerHmac(algorithm: HmacAlgorithm): Promise<void> {
    const password = this.#password();
    await this.#send({ kind: "ack" });
    const serverNonce = this.#bytes(await this.#read(this.#closed), algorithm);
    const clientNonce = makeNonce(algorithm);
    const nonces = { serverNonce, clientNonce };
    const proofs = await hmacProofs({ algorithm, password, ...nonces });
    await this.#send({
      kind: "proof",
      nonce: toDigits(clientNonce),
      proof: toDigits(proofs.client),
    });
    const reply = await this.#read(this.#rejected);
    if (reply.kind === "nack") throw this.#rejected();
    if (!sameProof(proofs.server, this.#bytes(reply, algorithm))) {
      await this.#send({ kind: "nack", code: 0 });
      throw this.#error("has not proved that it knows the password");
    }
    await this.#send({ kind: "ack" });
  }

  #password(): string {
    const { password } = this.#options;
    if (password === undefined) {
      throw this.#error("asks for a password, and none was given");
    }
    return password;
  }

  #bytes(message: HandshakeMessage, algorithm: HmacAlgorithm): Uint8Array {
    try {
      if (message.kind === "digits") {
        return fromDigits(message.digits, algorithm);
      }
    } catch {
      // The error is thrown below.
    }
    throw this.#error("broke off the HMAC handshake");
  }

  async #read(failure: () => Error): Promise<HandshakeMessage> {
    const result = await this.#frames.next().catch((cause) => {
      throw Object.assign(failure(), { cause });
    });
    if (result.done) throw failure();
    return parseHandshake(result.value);
  }

  #send(message: HandshakeMessage): Promise<void> {
    return this.#transport.send(serialize(message)).catch((cause) => {
      throw Object.assign(this.#closed(), { cause });
    });
  }

  readonly #closed = (): Error =>
    new SessionRefusedError(
      `${
        this.#options.url ?? "Gateway"
      } closed the connection during the handshake`,
      {
        selector: this.#refused,
        url: this.#options.url,
      },
    );

  readonly #rejected = (): Error =>
    new AuthenticationError(
      `${this.#options.url ?? "Gateway"} rejected the password`,
      {
        rejected: true,
        url: this.#options.url,
      },
    );

  #error(what: string, cause?: unknown): Error {
    const { url } = this.#options;
    const who = url ?? "Gateway";
    return new AuthenticationError(`${who} ${what}`, { cause, url });
  }
}

function toAuthentication(
  challenge: HandshakeMessage,
): Authentication | undefined {
  if (challenge.kind === "ack") return "none";
  if (challenge.kind === "digits") return "open";
  if (challenge.kind === "authentication") {
    if (challenge.algorithm === "1") return "sha1";
    if (challenge.algorithm === "2") return "sha256";
  }
  return undefined;
}
