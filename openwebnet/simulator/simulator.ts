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

import { every, later, now, sleep, type Timer } from "@wirekit/internal/clock";
import { pair } from "@wirekit/transport/pair";
import { type ByteStream, StreamTransport } from "@wirekit/transport/stream";
import type { Transport } from "@wirekit/transport/transport";
import type { SessionKind } from "../session/handshake.ts";
import { PROFILES } from "../session/profiles.ts";
import { FrameScanner } from "../wire/frame.ts";
import { type Message, parse } from "../wire/message.ts";
import { acceptSession } from "./_accept.ts";
import { FaultsToMake } from "./_faults_to_make.ts";
import { isUnconfirmed, takes } from "./_firmware.ts";
import { Lockout } from "./_lockout.ts";
import { Random } from "./_random.ts";
import { splitWrites } from "./_split.ts";
import type { CommandFault, Fault } from "./faults.ts";
import { Plant } from "./plant.ts";
import type { GatewaySimulatorOptions } from "./simulator_options.ts";

export type { CommandFault, Fault, HandshakeFault } from "./faults.ts";
export type { GatewaySimulatorOptions } from "./simulator_options.ts";

/** An open session of a client. */
interface Open {
  kind: SessionKind;
  transport: Transport<string>;
  touched: number;
  /** Whether the gateway has dropped it without telling the client. */
  dead: boolean;
}

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
  readonly #sessions = new Set<Open>();
  readonly #serving = new Set<Promise<void>>();
  readonly #transports = new Set<Transport<string>>();
  readonly #timers = new Set<Timer>();
  readonly #faults = new FaultsToMake();
  readonly #lockout: Lockout;
  readonly #executed: string[] = [];
  readonly #received: string[] = [];
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
    const { seed, speed, faults } = this.#options;
    if (!(speed > 0)) {
      throw new RangeError(`speed must be more than 0: ${speed}`);
    }
    this.#random = new Random(seed);
    this.#lockout = new Lockout(speed);
    for (const fault of faults) this.fail(fault);
    this.#plant = new Plant(plant);
    this.#plant.onEvent = (frame) => this.publish(frame);
    this.#plant.schedule = (run, ms) => {
      const timer = later(ms / speed, run);
      return () => timer.stop();
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
    return this.#executed;
  }

  /** Each frame that came over a session, in order, whether done or not. */
  get received(): readonly string[] {
    return this.#received;
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

  #enter(ledger: string[], frame: string): void {
    const { maxLedgerFrames } = this.#options;
    if (ledger.length >= maxLedgerFrames) {
      ledger.splice(0, Math.ceil(maxLedgerFrames / 2));
    }
    ledger.push(frame);
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
    const session: Open = {
      kind: accepted,
      transport,
      touched: now(),
      dead: false,
    };
    this.#sessions.add(session);
    const end = accepted === "event" && profile.eventLifetime > 0
      ? later(profile.eventLifetime / speed, () => void transport.close())
      : undefined;
    try {
      for await (const frame of transport) {
        session.touched = now();
        await this.#receive(session, frame);
      }
    } finally {
      end?.stop();
      this.#sessions.delete(session);
    }
  }

  async #receive(session: Open, frame: string): Promise<void> {
    const { profile } = this.#options;
    const { transport } = session;
    const message = parse(frame);
    this.#enter(this.#received, frame);
    if (session.dead) return await transport.close();
    if (message.kind === "ack") {
      if (session.kind === "event" && profile.refusesKeepalive) {
        await transport.send("*#*0##");
      }
      return;
    }
    // A MyHOMEServer1 closes when a client asks for a session again.
    if (message.kind === "session") return await transport.close();
    if (session.kind === "event") return await transport.send("*#*0##");
    const fault = this.#faults.takeCommand(frame);
    if (fault !== undefined) {
      return await this.#misbehave(session, frame, fault);
    }
    const strays = profile.strays && this.#random.next() < 0.3
      ? ["*#4*2*14*0330##"]
      : [];
    for (const answer of [...strays, ...this.#execute(frame, message)]) {
      await transport.send(answer);
    }
  }

  /** Carries out a frame, and returns the frames of the answer. */
  #execute(frame: string, message: Message): string[] {
    const { profile } = this.#options;
    if (!("who" in message) || !takes(profile, message)) return ["*#*0##"];
    const { ack, replies, events } = this.#plant.handle(message);
    if (!ack) return ["*#*0##"];
    this.#enter(this.#executed, frame);
    for (const event of events) this.publish(event);
    return [...replies, isUnconfirmed(profile, message) ? "*#*0##" : "*#*1##"];
  }

  async #misbehave(
    { transport }: Open,
    frame: string,
    fault: CommandFault,
  ): Promise<void> {
    const execute = () => this.#execute(frame, parse(frame));
    const send = async (frames: readonly string[]) => {
      for (const answer of frames) await transport.send(answer);
    };
    switch (fault.fault) {
      case "close":
        return await transport.close();
      case "close after":
        execute();
        return await transport.close();
      case "close within":
        await send(execute().slice(0, 1));
        return await transport.close();
      case "silent":
        return;
      case "silent after":
        execute();
        return;
      case "nack":
        return await send([`*#*${fault.code ?? 0}##`]);
      case "busy":
        return await send(["*#*6##", "*#*0##"]);
      case "late": {
        const answer = execute();
        const { signal } = this.#closing;
        await sleep(fault.delay ?? 100, { signal });
        return await send(answer);
      }
      case "stray":
        return await send([
          ...(fault.frames ?? ["*#4*2*14*0330##"]),
          ...execute(),
        ]);
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
