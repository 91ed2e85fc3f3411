// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How a session with a gateway begins: the greeting, the kind of session, the
 * password.
 *
 * @module
 */

import type { Transport } from "@wirekit/transport/transport";
import { AuthenticationError, SessionRefusedError } from "./errors.ts";
import {
  type HandshakeDigits,
  type HandshakeMessage,
  parseHandshake,
  serialize,
} from "../wire/message.ts";
import {
  fromDigits,
  type HmacAlgorithm,
  hmacProofs,
  makeNonce,
  openAnswer,
  sameProof,
  toDigits,
} from "../wire/password.ts";
import { abortable, timeoutError } from "./_wait.ts";

/** How a gateway knows its clients: not at all, OPEN, or HMAC with a hash. */
export type Authentication = "none" | "open" | HmacAlgorithm;

/** What a session is for. */
export type SessionKind = "command" | "event";

/** Options of {@linkcode openSession}. */
export interface HandshakeOptions {
  /**
   * What the session is for.
   *
   * @default {"command"}
   */
  session?: SessionKind;
  /**
   * The password. OPEN takes it as a number of 32 bits.
   *
   * @default {undefined} Only a gateway that asks for none lets us in.
   */
  password?: string;
  /**
   * How to ask for a command session. `"auto"` asks with `*99*9##`, as the
   * document says, and with `*99*0##` if that is refused.
   *
   * @default {"auto"}
   */
  selector?: "auto" | "9" | "0";
  /**
   * What the gateway may ask for. Without `"open"`, nobody who pretends to be
   * the gateway gets an answer that gives the password away.
   *
   * @default {["none", "open", "sha1", "sha256"]}
   */
  authentication?: readonly Authentication[];
  /**
   * Longest time for the whole handshake, in milliseconds.
   *
   * @default {10000}
   */
  timeout?: number;
  /** Ends the handshake. */
  signal?: AbortSignal;
}

/** What a handshake has led to. */
export interface Session {
  /** The selector that was granted: `"9"`, `"0"`, or `"1"` for events. */
  selector: string;
  /** What the gateway has asked for. */
  authentication: Authentication;
}

/**
 * Opens a session over a transport whose other end is a gateway. When it fails,
 * close the transport.
 *
 * @param transport The transport, unread.
 * @param options The kind of session and the password.
 * @returns What was granted. The transport now carries the session.
 * @throws {SessionRefusedError} If the gateway refuses or leaves.
 * @throws {AuthenticationError} If the password does not fit, on either side.
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
  const { timeout = 10_000, signal } = options;
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(timeoutError("Gateway did not open the session", timeout)),
    timeout,
  );
  const signals = signal ? [signal, late.signal] : [late.signal];
  try {
    return await handshake(transport, options, AbortSignal.any(signals));
  } finally {
    clearTimeout(timer);
  }
}

async function handshake(
  transport: Transport<string>,
  options: HandshakeOptions,
  signal: AbortSignal,
): Promise<Session> {
  const { session = "command", selector = "auto" } = options;
  const iterator = transport[Symbol.asyncIterator]();

  async function read(failure: () => Error): Promise<HandshakeMessage> {
    const result = await abortable(iterator.next(), signal).catch((cause) => {
      if (signal.aborted) throw signal.reason;
      const error = failure();
      error.cause = cause;
      throw error;
    });
    if (result.done) throw failure();
    return parseHandshake(result.value);
  }
  function send(message: HandshakeMessage): Promise<void> {
    return transport.send(serialize(message)).catch((cause) => {
      const error = closed();
      error.cause = cause;
      throw error;
    });
  }
  let refused: string | undefined;
  function closed(): Error {
    return new SessionRefusedError("Gateway closed during the handshake", {
      selector: refused,
    });
  }

  const greeting = await read(closed);
  if (greeting.kind !== "ack") {
    throw new SessionRefusedError("Gateway refused the connection");
  }
  const choices = session === "event"
    ? ["1"]
    : selector === "auto"
    ? ["9", "0"]
    : [selector];
  for (const choice of choices) {
    await send({ kind: "session", selector: choice });
    const challenge = await read(closed);
    if (challenge.kind === "nack") {
      refused = choice;
      continue;
    }
    const authentication = toAuthentication(challenge);
    const { authentication: accepted } = options;
    if (accepted !== undefined && !accepted.includes(authentication)) {
      throw new AuthenticationError(
        `Gateway asks for the authentication "${authentication}", which is not accepted`,
      );
    }
    if (challenge.kind === "digits") {
      await answerOpen(challenge, needPassword(options));
    } else if (authentication === "sha1" || authentication === "sha256") {
      await answerHmac(authentication, needPassword(options));
    }
    return { selector: choice, authentication };
  }
  throw new SessionRefusedError("Gateway refused the session", {
    selector: refused,
  });

  function rejected(): Error {
    return new AuthenticationError("Gateway rejected the password", {
      rejected: true,
    });
  }

  async function answerOpen(
    { digits: nonce }: HandshakeDigits,
    password: string,
  ): Promise<void> {
    let digits: string;
    try {
      digits = openAnswer(password, nonce);
    } catch (cause) {
      throw new AuthenticationError(
        "Gateway asks for an OPEN password, which is digits, at most 4294967295",
        { cause },
      );
    }
    await send({ kind: "digits", digits });
    if ((await read(rejected)).kind !== "ack") throw rejected();
  }

  async function answerHmac(
    algorithm: HmacAlgorithm,
    password: string,
  ): Promise<void> {
    await send({ kind: "ack" });
    const serverNonce = readBytes(await read(closed), algorithm);
    const clientNonce = makeNonce(algorithm);
    const proofs = await hmacProofs({
      algorithm,
      password,
      serverNonce,
      clientNonce,
    });
    await send({
      kind: "proof",
      nonce: toDigits(clientNonce),
      proof: toDigits(proofs.client),
    });
    const reply = await read(rejected);
    if (reply.kind === "nack") throw rejected();
    if (!sameProof(proofs.server, readBytes(reply, algorithm))) {
      await send({ kind: "nack", code: 0 });
      throw new AuthenticationError(
        "Gateway has not shown that it knows the password",
      );
    }
    await send({ kind: "ack" });
  }
}

function toAuthentication(challenge: HandshakeMessage): Authentication {
  if (challenge.kind === "ack") return "none";
  if (challenge.kind === "digits") return "open";
  if (challenge.kind === "authentication") {
    if (challenge.algorithm === "1") return "sha1";
    if (challenge.algorithm === "2") return "sha256";
  }
  throw new AuthenticationError(
    "Gateway asks for an authentication that is not known",
  );
}

function needPassword({ password }: HandshakeOptions): string {
  if (password === undefined) {
    throw new AuthenticationError("Gateway asks for a password");
  }
  return password;
}

function readBytes(
  message: HandshakeMessage,
  algorithm: HmacAlgorithm,
): Uint8Array {
  try {
    if (message.kind === "digits") {
      return fromDigits(message.digits, algorithm);
    }
  } catch {
    // Said below.
  }
  throw new AuthenticationError("Gateway broke off the HMAC handshake");
}
