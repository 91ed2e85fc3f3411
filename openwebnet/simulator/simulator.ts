// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A gateway that exists only in memory, to test against: with a plant, all
 * authentications, the behaviour of real models, and faults on request.
 *
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "sha256" });
 * await using gateway = new Gateway({
 *   transport: () => simulator.connect(),
 *   password: "12345",
 * });
 * await new Light(gateway, "11").on();
 * assertEquals(simulator.executed, ["*1*1*11##"]);
 * ```
 *
 * @module
 */

import { every, later, now, type Timer } from "@wirekit/internal/clock";
import { pair } from "@wirekit/transport/pair";
import { type ByteStream, StreamTransport } from "@wirekit/transport/stream";
import type { Transport } from "@wirekit/transport/transport";
import type { SessionKind } from "../session/handshake.ts";
import { PROFILES } from "../session/profiles.ts";
import { FrameScanner } from "../wire/frame.ts";
import { acceptSession } from "./_accept.ts";
import { FaultsToMake } from "./_faults_to_make.ts";
import { Ledger } from "./_ledger.ts";
import { Lockout } from "./_lockout.ts";
import { OpenSession, type SessionHost } from "./_open_session.ts";
import { Random } from "./_random.ts";
import { splitWrites } from "./_split.ts";
import type { Fault } from "./faults.ts";
import { Plant } from "./plant.ts";
import type { GatewaySimulatorOptions } from "./simulator_options.ts";

export type { CommandFault, Fault, HandshakeFault } from "./faults.ts";
export type { GatewaySimulatorOptions } from "./simulator_options.ts";

/** Maximum number of clients at a time; a further one is closed at once. */
const MAX_CLIENTS = 256;

/**
 * A simulated gateway that shows all it does. It serves any transport of
 * frames: in memory, over TCP or over WebSocket.
 *
 * @category Simulator
 * @example A command that gets lost
 * ```ts
 * import {
 *   ConnectionLostError,
 *   Gateway,
 *   GatewaySimulator,
 *   Light,
 * } from "@wirekit/openwebnet";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({
 *   faults: [{ at: "command", fault: "close after" }],
 * });
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await assertRejects(
 *   () => new Light(gateway, "11").toggle(),
 *   ConnectionLostError,
 * );
 * assertEquals(simulator.executed, ["*1*32*11##"]);
 * ```
 */
export class GatewaySimulator implements AsyncDisposable {
  readonly #options: Required<Omit<GatewaySimulatorOptions, "plant">>;
  readonly #random: Random;
  readonly #plant: Plant;
  /** What sessions know of it. */
  readonly #host: SessionHost;
  readonly #sessions = new Set<OpenSession>();
  readonly #serving = new Set<Promise<void>>();
  readonly #transports = new Set<Transport<string>>();
  readonly #timers = new Set<Timer>();
  readonly #faults = new FaultsToMake();
  readonly #lockout: Lockout;
  readonly #executed: Ledger;
  readonly #received: Ledger;
  readonly #closing = new AbortController();

  /**
   * Creates a gateway, which does not listen yet.
   *
   * @param options The kind of gateway, its plant and its faults.
   */
  constructor(options: GatewaySimulatorOptions = {}) {
    const { plant, ...rest } = options;
    const { profile = PROFILES.generic! } = options;
    this.#options = {
      authentication: profile.authentication[0] ?? "none",
      password: "12345",
      profile,
      faults: [],
      seed: 1,
      selectors: ["9", "0"],
      speed: 1,
      maxLedgerFrames: 100_000,
      splitWrites: false,
      ...rest,
    };
    const { seed, speed, faults, maxLedgerFrames } = this.#options;
    if (!(speed > 0)) {
      throw new RangeError(`speed must be more than 0: ${speed}`);
    }
    this.#random = new Random(seed);
    this.#lockout = new Lockout(speed);
    for (const fault of faults) this.fail(fault);
    this.#executed = new Ledger(maxLedgerFrames);
    this.#received = new Ledger(maxLedgerFrames);
    this.#plant = new Plant(plant);
    this.#plant.onEvent = (frame) => this.publish(frame);
    this.#plant.schedule = (run, ms) => {
      const timer = later(ms / speed, run);
      return () => timer.stop();
    };
    this.#host = {
      profile,
      speed,
      plant: this.#plant,
      random: this.#random,
      faults: this.#faults,
      executed: this.#executed,
      received: this.#received,
      closing: this.#closing.signal,
      publish: (frame) => this.publish(frame),
    };
    if (profile.clock > 0) {
      this.#every(
        profile.clock / speed,
        () => this.publish(this.#plant.clock()),
      );
    }
    const idle = profile.gatewayIdleTimeout / speed;
    this.#every(Math.max(idle / 10, 1), () => this.#dropIdle(idle));
  }

  /**
   * The frames that were carried out, in order: each frame of a command session
   * that the plant has acknowledged, requests included. It shows whether a
   * command was lost or done twice.
   */
  get executed(): readonly string[] {
    return this.#executed.frames;
  }

  /** Each frame that came over a session, in order, whether done or not. */
  get received(): readonly string[] {
    return this.#received.frames;
  }

  /**
   * Counts the open sessions of a kind.
   *
   * @param kind The kind of session.
   * @returns Their number.
   */
  sessions(kind: SessionKind): number {
    let count = 0;
    for (const session of this.#sessions) {
      if (session.kind === kind && !session.dead) count++;
    }
    return count;
  }

  /**
   * Adds a fault to those still to come.
   *
   * @param fault The fault.
   */
  fail(fault: Fault): void {
    this.#faults.add(fault);
  }

  /**
   * Connects a client in memory.
   *
   * @returns The client's end.
   */
  connect(): Promise<Transport<string>> {
    if (this.#closing.signal.aborted) {
      return Promise.reject(new Error("The simulator is closed"));
    }
    const [near, far] = pair();
    this.accept(far);
    return Promise.resolve(near);
  }

  /**
   * Serves clients until the listener ends.
   *
   * @param listener Yields the transports, as `listenTcp` does.
   */
  async acceptAll(listener: AsyncIterable<Transport<string>>): Promise<void> {
    for await (const transport of listener) this.accept(transport);
  }

  /**
   * Serves a client over a stream of bytes, in pieces if
   * {@linkcode GatewaySimulatorOptions.splitWrites} is set.
   *
   * @param stream The stream, which nothing else may use.
   * @returns Resolves when the client is gone.
   */
  acceptStream(stream: ByteStream): Promise<void> {
    const pieces = this.#options.splitWrites
      ? splitWrites(stream, this.#random)
      : stream;
    return this.accept(new StreamTransport(pieces, new FrameScanner()));
  }

  /**
   * Serves a client, unless there are already 256.
   *
   * @param transport The client. It is closed at the end.
   * @returns Resolves when the client is gone. Never rejects.
   */
  accept(transport: Transport<string>): Promise<void> {
    if (this.#transports.size >= MAX_CLIENTS) return transport.close();
    this.#transports.add(transport);
    const serving = this.#serve(transport).catch(() => {}).finally(async () => {
      await transport.close();
      this.#transports.delete(transport);
      this.#serving.delete(serving);
    });
    this.#serving.add(serving);
    return serving;
  }

  /**
   * Sends a frame to every event session.
   *
   * @param frame The frame.
   */
  publish(frame: string): void {
    for (const { kind, transport } of this.#sessions) {
      if (kind === "event") transport.send(frame).catch(() => {});
    }
  }

  /**
   * Ends all sessions of a kind, as some gateways do with idle sessions.
   *
   * @param kind The kind of session.
   */
  drop(kind: SessionKind): void {
    for (const session of this.#sessions) {
      if (session.kind === kind) session.transport.close();
    }
  }

  /**
   * Ends all sessions, and accepts no more.
   *
   * @returns Resolves when all are closed.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#plant.stop();
    for (const timer of this.#timers) timer.stop();
    await Promise.all(Array.from(this.#transports, (t) => t.close()));
    await Promise.all(this.#serving);
  }

  /**
   * Ends all sessions, and accepts no more.
   *
   * @returns Resolves when all are closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #every(ms: number, run: () => void): void {
    this.#timers.add(every(ms, run));
  }

  async #serve(transport: Transport<string>): Promise<void> {
    const { authentication, password, profile, selectors, speed } =
      this.#options;
    const accepted = await acceptSession(transport, {
      authentication,
      password,
      selectors,
      random: this.#random,
      timeout: 30_000 / speed,
      hasRoom: (kind) =>
        kind === "event" || this.sessions(kind) < profile.commandSessions,
      closesAt: (step) => this.#faults.takeHandshake(step, "close"),
      liesAbout: () => this.#faults.takeHandshake("password", "lie"),
      isLocked: () => this.#lockout.isLocked,
    });
    if (accepted === "wrong password") this.#lockout.failed();
    if (accepted !== "command" && accepted !== "event") return;
    const session = new OpenSession(accepted, transport, this.#host);
    this.#sessions.add(session);
    try {
      await session.serve();
    } finally {
      this.#sessions.delete(session);
    }
  }

  #dropIdle(idle: number): void {
    const time = now();
    for (const session of this.#sessions) {
      if (session.kind !== "command" || time - session.touched < idle) continue;
      if (this.#options.profile.dropsSilently) session.dead = true;
      else session.transport.close();
    }
  }
}
