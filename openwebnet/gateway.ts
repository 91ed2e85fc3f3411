// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A gateway with its two sessions: one for commands, one for events.
 *
 * ```ts
 * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using gateway = new Gateway(() => simulator.connect(), {
 *   password: "12345",
 * });
 * const light = new Light(gateway, "11");
 * await light.on();
 * assertEquals(await light.states(), [{ where: "11", on: true }]);
 * ```
 *
 * @module
 */

import {
  type CommandOptions,
  CommandSession,
} from "./session/command_session.ts";
import { type DialOptions, makeDial, type Open } from "./session/dial.ts";
import { NackError } from "./session/errors.ts";
import { EventSession } from "./session/event_session.ts";
import { decode, type GatewayEvent } from "./events.ts";
import type { Caller, MessageFilter } from "./areas/item.ts";
import { type Message, parse, serialize } from "./wire/message.ts";
import { type GatewayProfile, PROFILES } from "./session/profiles.ts";
import type { SessionKind } from "./session/handshake.ts";
import { filterMap } from "./_filter_map.ts";
import { Subscription } from "./_subscription.ts";
import { timeoutError } from "./session/_wait.ts";

/** Options of {@linkcode Gateway}. All times are in milliseconds. */
export interface GatewayOptions extends DialOptions {
  /**
   * The kind of gateway: pacing, idle time, keepalive.
   *
   * @default {PROFILES.generic}
   */
  profile?: GatewayProfile;
  /** Overrides the pacing of the profile. */
  pacing?: number;
  /** Overrides the idle time of the profile. */
  idle?: number;
  /** Overrides the keepalive of the profile. */
  keepalive?: number;
  /**
   * Longest wait for a command, and for each frame of an answer.
   *
   * @default {10000}
   */
  commandTimeout?: number;
  /**
   * Longest wait for a value that comes as an event.
   *
   * @default {2000}
   */
  eventTimeout?: number;
  /**
   * First pause before a lost event session is opened again.
   *
   * @default {2500}
   */
  retryDelay?: number;
  /**
   * Silence of the event session after which the gateway is asked, on the
   * command session, whether it is there.
   *
   * @default {120000}
   */
  silence?: number;
  /**
   * Most events that wait for one reader. More end its loop with an error.
   *
   * @default {10000}
   */
  maxEvents?: number;
  /** Called when a session opens, is lost, and ends. */
  onState?: (state: GatewayState) => void;
}

/** Where a session of a gateway is. */
export interface GatewayState {
  /** Which session. */
  session: SessionKind;
  /**
   * `"open"`; `"lost"`: it is opened again; `"closed"`: until it is needed, or
   * for good.
   */
  state: "open" | "lost" | "closed";
  /** Why it is not open, if not on purpose. */
  error?: unknown;
}

/**
 * A gateway. Both sessions open when they are needed: the one for commands with
 * the first command, the one for events with the first reader.
 *
 * @example Watch the lights
 * ```ts
 * import { Gateway } from "@wirekit/openwebnet/gateway";
 * import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway(() => simulator.connect());
 * await gateway.listen();
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
  readonly #subscriptions = new Set<Subscription>();
  #events: EventSession | undefined;
  #ended: unknown;

  /**
   * Makes a gateway. Nothing is opened yet.
   *
   * @param open Opens a transport to it.
   * @param options The password, the kind of gateway, times and limits.
   */
  constructor(open: Open, options: GatewayOptions = {}) {
    this.#options = options;
    const { profile = PROFILES.generic!, onState } = options;
    const { pacing = profile.pacing, idle = profile.idle } = options;
    this.#dial = makeDial(open, options);
    this.#commands = new CommandSession(this.#dial, {
      pacing,
      idle,
      timeout: options.commandTimeout ?? 10_000,
      onStray: (message) => this.#publish(message),
      onState: (state) => onState?.({ session: "command", state }),
    });
  }

  /**
   * Sends a command or writes a dimension.
   *
   * @param message The message, or its frame.
   * @param options Time, signal, and whether it may be repeated.
   * @returns Resolves when the gateway has acknowledged it: see
   * {@linkcode CommandSession.send}.
   * @throws {NackError} If the gateway refuses.
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
   * @param options Time and signal.
   * @returns The answer: see {@linkcode CommandSession.request}.
   * @throws {NackError} If the gateway refuses.
   */
  async request(
    message: Message | string,
    options?: CommandOptions,
  ): Promise<Message[]> {
    return await this.#commands.request(toMessage(message), options);
  }

  /**
   * Asks, and gives each message of the answer as it comes.
   *
   * @param message The request, or its frame.
   * @param options Time and signal.
   * @returns The answer: see {@linkcode CommandSession.stream}.
   */
  stream(
    message: Message | string,
    options?: CommandOptions,
  ): AsyncGenerator<Message, void, undefined> {
    return this.#commands.stream(toMessage(message), options);
  }

  /**
   * Asks for a value that comes as the answer or, from some gateways for some
   * dimensions, as an event.
   *
   * @typeParam T The value.
   * @param message The request, or its frame.
   * @param take Returns the value if a message holds it.
   * @param options Time and signal.
   * @returns The value. Rejects with a `TimeoutError` if the request was
   * acknowledged and no value came.
   */
  async ask<T>(
    message: Message | string,
    take: (message: Message) => T | undefined,
    options: CommandOptions = {},
  ): Promise<T> {
    const request = toMessage(message);
    const { eventTimeout = 2000 } = this.#options;
    const find = (messages: Message[]): T | undefined => {
      for (const message of messages) {
        const value = take(message);
        if (value !== undefined) return value;
      }
      return undefined;
    };
    if (this.#events === undefined) {
      const value = find(await this.request(request, options));
      if (value !== undefined) return value;
      await this.listen(options);
    }
    let value: T | undefined;
    await this.collect(request, (message) => {
      value = take(message);
      return value === undefined ? undefined : true;
    }, { eventTimeout, ...options });
    return value!;
  }

  /**
   * Sends a command or request, and takes what comes of it, as the answer and
   * as events.
   *
   * @param message The message, or its frame.
   * @param take Returns `undefined` if a message is not part of it, `true` if it
   * is the last one, else `false`.
   * @param options Time and signal. `eventTimeout` is the longest wait for the
   * next part, in milliseconds.
   * @returns Resolves after the last part, or when no further part comes in
   * time. Rejects with a `TimeoutError` if none came.
   */
  async collect(
    message: Message | string,
    take: (message: Message) => boolean | undefined,
    options: CommandOptions & { eventTimeout?: number } = {},
  ): Promise<void> {
    const request = toMessage(message);
    const { eventTimeout = 2000, ...rest } = options;
    await this.listen(rest);
    const { signal } = rest;
    const who = "who" in request ? { who: request.who } : {};
    const events = this.messages({ ...who, ...(signal ? { signal } : {}) });
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      let taken = 0;
      const last = (part: Message): boolean => {
        const result = take(part);
        if (result !== undefined) taken++;
        return result === true;
      };
      if ((await this.request(request, rest)).some(last)) return;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => events.return?.(), eventTimeout);
      };
      wait();
      for await (const event of events) {
        const before = taken;
        if (last(event)) return;
        if (taken > before) wait();
      }
      if (this.#ended !== undefined) throw this.#ended;
      if (taken === 0) {
        throw timeoutError(
          `${serialize(request)} gave no value`,
          eventTimeout,
        );
      }
    } finally {
      clearTimeout(timer);
      await events.return?.();
    }
  }

  /**
   * Opens the event session, if it is not open, and keeps it so until the
   * gateway is closed.
   *
   * @param options Gives up waiting.
   * @returns Resolves when events come. What happens after that is not missed.
   */
  async listen(options: Pick<CommandOptions, "signal"> = {}): Promise<void> {
    const { opened } = this.#listen();
    const { signal } = options;
    signal?.throwIfAborted();
    if (signal === undefined) return await opened;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([opened, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Waits for events. The session is opened if it is not, and opened again when
   * it is lost: what happens in between is missing, and
   * {@linkcode GatewayOptions.onState} tells.
   *
   * @param filter Which events: those of a WHO, of exactly one WHERE.
   * @returns The events, from now on. Its loop throws if the gateway refuses
   * the password, or if the reader is too slow.
   */
  events(filter: MessageFilter = {}): AsyncIterableIterator<GatewayEvent> {
    return filterMap(this.messages(filter), decode);
  }

  /**
   * Waits for messages as they are: as {@linkcode Gateway.events}, without
   * names and units.
   *
   * @param filter Which messages.
   * @returns The messages, from now on.
   */
  messages(filter: MessageFilter = {}): AsyncIterableIterator<Message> {
    const { who, where, signal } = filter;
    const { maxEvents = 10_000 } = this.#options;
    const abort = () => subscription.end({ error: signal?.reason });
    const subscription = new Subscription(
      (message) =>
        (who === undefined || ("who" in message && message.who === who)) &&
        (where === undefined ||
          ("where" in message && message.where === where)),
      maxEvents,
      (subscription) => {
        this.#subscriptions.delete(subscription);
        signal?.removeEventListener("abort", abort);
      },
    );
    this.#subscriptions.add(subscription);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    if (this.#ended === undefined) this.#listen();
    else subscription.end({ error: this.#ended });
    return subscription;
  }

  /**
   * Closes both sessions for good. Waiting calls reject, loops of events end.
   *
   * @returns Resolves when all is closed.
   */
  async close(): Promise<void> {
    this.#ended ??= new DOMException("Gateway was closed", "AbortError");
    for (const subscription of this.#subscriptions) subscription.end();
    await Promise.all([this.#commands.close(), this.#events?.close()]);
  }

  /**
   * Closes both sessions for good.
   *
   * @returns Resolves when all is closed.
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #publish(message: Message): void {
    for (const subscription of this.#subscriptions) subscription.push(message);
  }

  #listen(): EventSession {
    if (this.#ended !== undefined) throw this.#ended;
    const { profile = PROFILES.generic!, onState } = this.#options;
    const { keepalive = profile.keepalive, silence = 120_000 } = this.#options;
    const { retryDelay = 2500, lockout = 60_000 } = this.#options;
    return this.#events ??= new EventSession(
      this.#dial,
      (message) => this.#publish(message),
      {
        keepalive,
        silence,
        lockout,
        minRetryDelay: retryDelay,
        probe: () => this.#probe(),
        onState: (state) => {
          if (state.state === "closed" && "error" in state) {
            this.#events = undefined;
            for (const subscription of this.#subscriptions) {
              subscription.end({ error: state.error });
            }
          }
          onState?.({ session: "event", ...state });
        },
      },
    );
  }

  /** Asks for the model: whatever the answer, the gateway is there. */
  async #probe(): Promise<void> {
    try {
      await this.request("*#13**15##");
    } catch (error) {
      if (!(error instanceof NackError)) throw error;
    }
  }
}

function toMessage(message: Message | string): Message {
  return typeof message === "string" ? parse(message) : message;
}
