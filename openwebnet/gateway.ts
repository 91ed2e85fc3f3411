// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A gateway and its two sessions: one for commands, one for events.
 *
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using gateway = new Gateway({
 *   transport: () => simulator.connect(),
 *   password: "12345",
 * });
 * const light = new Light(gateway, "11");
 * await light.on();
 * assertEquals(await light.states(), [{ where: "11", on: true }]);
 * ```
 *
 * @module
 */

import { closedError } from "./session/_closed.ts";
import { checkTime, later, type Timer, within } from "@wirekit/internal/clock";
import { checkOptions } from "@wirekit/internal/limits";
import type { Caller, MessageFilter } from "./areas/item.ts";
import { decode, type GatewayEvent } from "./events.ts";
import type {
  CommandOptions,
  GatewayOptions,
  GatewayState,
  SessionState,
} from "./gateway_options.ts";
import { CommandSession } from "./session/_command_session.ts";
import { makeDial } from "./session/_dial.ts";
import { EventSession } from "./session/_event_session.ts";
import { NackError, TimeoutError } from "./session/errors.ts";
import { PROFILES } from "./session/profiles.ts";
import { type Message, parse, serialize } from "./wire/message.ts";
import { filterMap } from "./_filter_map.ts";
import { Subscriptions } from "./_subscriptions.ts";

export type {
  CommandOptions,
  DialOptions,
  EventHeartbeat,
  GatewayHooks,
  GatewayOptions,
  GatewayState,
  Logger,
  SessionState,
} from "./gateway_options.ts";

/** How long to wait for a value that comes as an event, in milliseconds. */
const VALUE_TIMEOUT = 2_000;

/**
 * A gateway. Each session opens when it is first needed: the one for commands
 * with the first command, the one for events with the first reader.
 *
 * @category Gateway
 * @example Watch the lights
 * ```ts
 * import { Gateway } from "@wirekit/openwebnet/gateway";
 * import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await gateway.ready();
 * const events = gateway.events({ who: 1 });
 * await gateway.send("*1*1*11##");
 *
 * const seen: string[] = [];
 * for await (const event of events) {
 *   seen.push(`${event.type} by ${event.origin}`);
 *   if (event.origin === "state") break;
 * }
 * assertEquals(seen, ["light.state by command", "light.state by state"]);
 * ```
 */
export class Gateway implements Caller, AsyncDisposable {
  readonly #options: GatewayOptions;
  readonly #dial: ReturnType<typeof makeDial>;
  readonly #commands: CommandSession;
  readonly #subscriptions: Subscriptions;
  readonly #watchers = new Set<(change: GatewayState) => void>();
  #events: EventSession | undefined;
  #state: SessionState = "closed";
  #ended: unknown;

  /**
   * Creates a gateway, without connecting to it.
   *
   * @param options How to open a transport to it, the password, the kind of
   * gateway, times and limits.
   * @throws {RangeError} If a time or a limit is not valid.
   */
  constructor(options: GatewayOptions) {
    checkOptions(options);
    this.#options = options;
    const { profile = PROFILES.generic! } = options;
    const { pacing = profile.pacing, idleTimeout = profile.idleTimeout } =
      options;
    const { timeout = 10_000, queueTimeout = Infinity } = options;
    const { maxEvents = 10_000 } = options;
    this.#subscriptions = new Subscriptions(maxEvents);
    this.#dial = makeDial(options);
    this.#commands = new CommandSession(this.#dial, {
      pacing,
      idleTimeout,
      timeout,
      queueTimeout,
      onStray: (message) => this.#subscriptions.publish(message),
      onState: (state) => this.#changed({ session: "command", state }),
    });
  }

  /** The state of the event session: `"closed"` before it is first needed. */
  get state(): SessionState {
    return this.#state;
  }

  /**
   * Sends a command or writes a dimension.
   *
   * @param message The message, or its frame.
   * @param options Timeout, signal, and whether it may be repeated.
   * @returns Resolves when the gateway has acknowledged it: see
   * {@linkcode CommandSession.send}.
   * @throws {NackError} If the gateway refuses it.
   *
   * @example Send a raw frame
   * ```ts
   * import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * await gateway.send("*1*1*11##");
   * assertEquals(simulator.executed, ["*1*1*11##"]);
   * ```
   */
  async send(
    message: Message | string,
    options?: CommandOptions,
  ): Promise<void> {
    await this.#commands.send(toMessage(message), options);
  }

  /**
   * Asks for a state or a dimension.
   *
   * @param message The request, or its frame.
   * @param options Timeout and signal.
   * @returns The answer: see {@linkcode CommandSession.request}.
   * @throws {NackError} If the gateway refuses it.
   *
   * @example All lights of the plant
   * ```ts
   * import { Gateway, GatewaySimulator, serialize } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const replies = await gateway.request("*#1*0##");
   * assertEquals(replies.map(serialize)[0], "*1*0*11##");
   * ```
   */
  async request(
    message: Message | string,
    options?: CommandOptions,
  ): Promise<Message[]> {
    return await this.#commands.request(toMessage(message), options);
  }

  /**
   * Asks for a state or a dimension, and yields each message of the answer as
   * it comes.
   *
   * @param message The request, or its frame.
   * @param options Timeout and signal.
   * @returns The answer: see {@linkcode CommandSession.stream}.
   */
  stream(
    message: Message | string,
    options?: CommandOptions,
  ): AsyncGenerator<Message, void, undefined> {
    return this.#commands.stream(toMessage(message), options);
  }

  /**
   * Asks for a value that comes as the answer or, with some gateways and
   * dimensions, as an event.
   *
   * @typeParam T The type of the value.
   * @param message The request, or its frame.
   * @param take Returns the value if a message contains it.
   * @param options Timeout and signal.
   * @returns The value. Rejects with a `TimeoutError` if the request was
   * acknowledged but no value came.
   */
  async ask<T>(
    message: Message | string,
    take: (message: Message) => T | undefined,
    options: CommandOptions = {},
  ): Promise<T> {
    const request = toMessage(message);
    if (this.#events === undefined) {
      for (const reply of await this.request(request, options)) {
        const value = take(reply);
        if (value !== undefined) return value;
      }
      await this.ready(options);
    }
    let value: T | undefined;
    await this.collect(request, (message) => {
      value = take(message);
      return value === undefined ? undefined : true;
    }, options);
    return value!;
  }

  /**
   * Sends a command or request, and collects its result from the answer and
   * from events.
   *
   * @param message The message, or its frame.
   * @param take Returns `undefined` if a message is not part of the result,
   * `true` if it is the last part, otherwise `false`.
   * @param options Timeout and signal. `timeout` also limits the wait for each
   * part, which is 2 s by default.
   * @returns Resolves after the last part, or when no further part comes in
   * time. Rejects with a `TimeoutError` if no part came.
   */
  async collect(
    message: Message | string,
    take: (message: Message) => boolean | undefined,
    options: CommandOptions = {},
  ): Promise<void> {
    const request = toMessage(message);
    const { timeout = VALUE_TIMEOUT, signal } = options;
    await this.ready(options);
    const who = "who" in request ? { who: request.who } : {};
    const events = this.messages({ ...who, ...(signal ? { signal } : {}) });
    let timer: Timer | undefined;
    let taken = 0;
    const last = (part: Message): boolean => {
      const result = take(part);
      if (result !== undefined) taken++;
      return result === true;
    };
    const wait = () => {
      timer?.stop();
      timer = later(timeout, () => void events.return?.());
    };
    let refusal: unknown;
    try {
      try {
        if ((await this.request(request, options)).some(last)) return;
      } catch (error) {
        if (!this.#isUnconfirmed(request, error)) throw error;
        refusal = error;
      }
      wait();
      for await (const event of events) {
        const before = taken;
        if (last(event)) return;
        if (taken > before) wait();
      }
      if (this.#ended !== undefined) throw this.#ended;
      if (taken > 0) return;
      throw refusal ?? new TimeoutError(
        `${serialize(request)} gave no value within ${timeout} ms`,
      );
    } finally {
      timer?.stop();
      await events.return?.();
    }
  }

  /**
   * Opens the event session, if it is not open, and keeps it open until the
   * gateway is closed.
   *
   * @param options How long to wait, by default the `timeout` of the gateway.
   * When the wait ends early, the session is still being opened.
   * @returns Resolves when the session is open: events after that are not
   * missed. Rejects if the gateway refuses the password, with a
   * `TimeoutError` after `timeout`, with the reason of the `signal`, and with a
   * `NotConnectedError` once the gateway is closed.
   */
  async ready(
    options: Pick<CommandOptions, "timeout" | "signal"> = {},
  ): Promise<void> {
    const { timeout = this.#options.timeout ?? 10_000, signal } = options;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    const session = this.#listen();
    await within(session.opened, timeout, () => {
      const { url = "Gateway" } = this.#options;
      const { failure: cause } = session;
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      return new TimeoutError(
        `${url} opened no session for events within ${timeout} ms${why}`,
        { cause },
      );
    }, { signal });
  }

  /**
   * Reads events. The event session is opened if necessary, and opened again
   * when it is lost. Events in between are missed:
   * {@linkcode GatewayHooks.state} reports such a gap.
   *
   * @param filter Which events: those of one WHO, of exactly one WHERE, or of
   * both.
   * @returns The events from now on. Iterating throws if the gateway refuses
   * the password, or if the reader is too slow.
   */
  events(filter: MessageFilter = {}): AsyncIterableIterator<GatewayEvent> {
    return filterMap(this.messages(filter), decode);
  }

  /**
   * Reads raw messages: like {@linkcode Gateway.events}, but not decoded.
   *
   * @param filter Which messages.
   * @returns The messages from now on.
   */
  messages(filter: MessageFilter = {}): AsyncIterableIterator<Message> {
    const subscription = this.#subscriptions.add(filter);
    if (this.#ended === undefined) this.#listen();
    else subscription.end({ error: this.#ended });
    return subscription;
  }

  /**
   * Reports each change of a session from now on, for code that is given a
   * gateway and so cannot set its hooks.
   *
   * @param changed Called with each change, as {@linkcode GatewayHooks.state}.
   * @returns A function that ends the reports.
   */
  watch(changed: (change: GatewayState) => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /**
   * Closes both sessions for good. Waiting calls reject, and loops over events
   * end.
   *
   * @returns Resolves when both are closed.
   */
  async close(): Promise<void> {
    this.#ended ??= closedError();
    this.#subscriptions.end();
    await Promise.all([this.#commands.close(), this.#events?.close()]);
  }

  /**
   * Closes both sessions for good.
   *
   * @returns Resolves when both are closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Tells whether the values of a request may still come after it was refused:
   * see {@linkcode GatewayProfile.unconfirmed}.
   */
  #isUnconfirmed(request: Message, error: unknown): boolean {
    const { profile = PROFILES.generic! } = this.#options;
    return error instanceof NackError && error.code === 0 &&
      "who" in request && profile.unconfirmed.includes(request.who);
  }

  #changed(change: GatewayState): void {
    const { logger, hooks } = this.#options;
    const { session, state, error } = change;
    const why = error instanceof Error ? `: ${error.message}` : "";
    const line = `The ${session} session is ${state}${why}`;
    if (error === undefined) logger?.debug?.(line);
    else logger?.warn?.(line);
    hooks?.state?.(change);
    for (const watcher of this.#watchers) watcher(change);
  }

  #listen(): EventSession {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#events !== undefined) return this.#events;
    const { profile = PROFILES.generic!, heartbeat, lockout } = this.#options;
    const { reconnect, quietTimeout } = this.#options;
    this.#state = "connecting";
    this.#events = new EventSession(
      this.#dial,
      (message) => this.#subscriptions.publish(message),
      {
        heartbeat: { ...profile.heartbeat, ...heartbeat },
        ...(reconnect !== undefined && { reconnect }),
        ...(lockout !== undefined && { lockout }),
        ...(quietTimeout !== undefined && { quietTimeout }),
        probe: (timeout) => this.#probe(timeout),
        onState: (state, error) => {
          this.#state = state;
          if (state === "closed" && error !== undefined) {
            this.#events = undefined;
            this.#subscriptions.end({ error });
          }
          const why = error === undefined ? {} : { error };
          this.#changed({ session: "event", state, ...why });
        },
      },
    );
    return this.#events;
  }

  /** Asks for the model: any answer shows that the gateway is there. */
  async #probe(timeout: number): Promise<void> {
    try {
      await this.request("*#13**15##", { timeout });
    } catch (error) {
      if (!(error instanceof NackError)) throw error;
    }
  }
}

function toMessage(message: Message | string): Message {
  return typeof message === "string" ? parse(message) : message;
}
