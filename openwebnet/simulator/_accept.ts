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
export async function acceptSession(
  transport: Transport<string>,
  options: AcceptOptions,
): Promise<Accepted> {
  const { authentication, password, random } = options;
  const iterator = transport[Symbol.asyncIterator]();

  async function read(): Promise<HandshakeMessage | undefined> {
    try {
      const result = await within(
        iterator.next(),
        options.timeout,
        () => new TimeoutError("No frame came"),
      );
      return result.done ? undefined : parseHandshake(result.value);
    } catch {
      return undefined;
    }
  }
  const send = (message: HandshakeMessage) =>
    transport.send(serialize(message)).catch(() => {});

  if (options.closesAt("greeting")) return "closed";
  await send({ kind: "ack" });
  let session: SessionKind | undefined;
  while (session === undefined) {
    const request = await read();
    if (request?.kind !== "session") return "closed";
    if (options.closesAt("selector")) return "closed";
    const { selector } = request;
    if (selector === "1") session = "event";
    else if (options.selectors.includes(selector)) session = "command";
    else await send({ kind: "nack", code: 0 });
  }
  if (!options.hasRoom(session)) {
    await send({ kind: "nack", code: 0 });
    return "closed";
  }
  switch (authentication) {
    case "none":
      break;
    case "open": {
      const nonce = random.digits(random.pick([6, 7, 9]));
      await send({ kind: "digits", digits: nonce });
      const answer = await read();
      if (answer === undefined || options.closesAt("password")) return "closed";
      const right = answer.kind === "digits" &&
        answer.digits === openAnswer(password, nonce);
      if (!right || options.isLocked()) return await wrong();
      break;
    }
    default: {
      const right = await checkHmac(authentication);
      if (right !== true) return right === false ? await wrong() : "closed";
      return session;
    }
  }
  await send({ kind: "ack" });
  return session;

  async function wrong(): Promise<Accepted> {
    await send({ kind: "nack", code: 0 });
    return "wrong password";
  }

  async function checkHmac(
    algorithm: HmacAlgorithm,
  ): Promise<boolean | undefined> {
    await send({
      kind: "authentication",
      algorithm: algorithm === "sha1" ? "1" : "2",
    });
    if ((await read())?.kind !== "ack") return undefined;
    const length = algorithm === "sha1" ? 20 : 32;
    const serverNonce = Uint8Array.from(
      { length },
      () => random.integer(0, 255),
    );
    await send({ kind: "digits", digits: toDigits(serverNonce) });
    const answer = await read();
    if (answer === undefined || options.closesAt("password")) return undefined;
    if (answer.kind !== "proof") return false;
    let clientNonce: Uint8Array;
    let proof: Uint8Array;
    try {
      clientNonce = fromDigits(answer.nonce, algorithm);
      proof = fromDigits(answer.proof, algorithm);
    } catch {
      return false;
    }
    const { client, server } = await hmacProofs({
      algorithm,
      password,
      serverNonce,
      clientNonce,
    });
    if (!sameProof(client, proof) || options.isLocked()) return false;
    if (options.liesAbout("proof")) server[0]! ^= 1;
    await send({ kind: "digits", digits: toDigits(server) });
    return (await read())?.kind === "ack" ? true : undefined;
  }
}
