// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The base of all devices of a plant.
 *
 * @module
 */

import type { Area, EventBase, EventOf, UnknownEvent } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { RemoteError } from "../session/errors.ts";
import { faultOfTarget, speaksFor } from "../wire/_targets.ts";
import type { BusMessage, Message } from "../wire/kinds.ts";
import { serialize } from "../wire/message.ts";
import { filterMap } from "../_filter_map.ts";

/**
 * The methods that a device needs from its gateway; a `Gateway` has them.
 *
 * @category Events
 */
export interface Caller {
  /**
   * Sends a command or writes a dimension.
   *
   * @param message The message.
   * @param options Timeout and signal.
   * @returns Resolves when it is acknowledged.
   */
  send(message: Message, options?: CommandOptions): Promise<void>;
  /**
   * Asks for a state or a dimension.
   *
   * @param message The request.
   * @param options Timeout and signal.
   * @returns The answer.
   */
  request(message: Message, options?: CommandOptions): Promise<Message[]>;
  /**
   * Asks for a value that comes as the answer or, with some gateways, as an
   * event.
   *
   * @typeParam T The type of the value.
   * @param message The request.
   * @param take Returns the value if a message contains it.
   * @param options Timeout and signal.
   * @returns The value.
   */
  ask<T>(
    message: Message,
    take: (message: Message) => T | undefined,
    options?: CommandOptions,
  ): Promise<T>;
  /**
   * Sends a command, and collects its result from events.
   *
   * @param message The command.
   * @param take Returns `undefined` if a message is not part of the result,
   * `true` if it is the last part, otherwise `false`.
   * @param options Timeout and signal. `timeout` also limits the wait for each
   * part.
   * @returns Resolves after the last part, or when no further part comes in
   * time. Rejects with a `TimeoutError` if no part came.
   */
  collect(
    message: Message,
    take: (message: Message) => boolean | undefined,
    options?: CommandOptions,
  ): Promise<void>;
  /**
   * Reads messages of the event session.
   *
   * @param filter Which messages.
   * @returns The messages from now on. Leaving the loop ends the reading.
   */
  messages(filter?: MessageFilter): AsyncIterableIterator<Message>;
}

/**
 * Selects messages of an event session.
 *
 * @category Events
 */
export interface MessageFilter {
  /** The WHO of their area; absent for all. */
  who?: number;
  /** Their exact target; absent for all. */
  where?: string;
  /** Ends the loop. */
  signal?: AbortSignal;
}

/**
 * A device, or several that share a WHERE.
 *
 * @category Events
 * @typeParam M The names of its events, each with its values.
 *
 * @example Follow a device
 * ```ts
 * import {
 *   Gateway,
 *   GatewaySimulator,
 *   Item,
 *   lighting,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await gateway.ready();
 * const light = new Item(gateway, "12", lighting);
 * const events = light.events();
 * simulator.publish("*1*1*11##");
 * simulator.publish("*1*1*12##");
 * for await (const event of events) {
 *   assertEquals(event.where, "12");
 *   break;
 * }
 * ```
 */
export class Item<M extends object> {
  /** The gateway. */
  readonly gateway: Caller;
  /** The target, as text. */
  readonly where: string;
  /** The area that it belongs to. */
  readonly area: Area<M>;

  /**
   * Creates an item, without sending anything.
   *
   * @param gateway The gateway.
   * @param where The target.
   * @param area The area that it belongs to.
   * @throws {RangeError} If the target is not valid in that area.
   */
  constructor(gateway: Caller, where: string, area: Area<M>) {
    const { who } = area;
    const expected = faultOfTarget(who, where);
    if (expected !== undefined) {
      throw new RangeError(
        `"${where}" is not a WHERE of WHO ${who}: expected ${expected}`,
      );
    }
    this.gateway = gateway;
    this.where = where;
    this.area = area;
  }

  /**
   * Asks for the state.
   *
   * @param options Timeout and signal.
   * @returns The events in the answer, at least one for each device. An unknown
   * message is an event of type `"unknown"`.
   *
   * @example Ask a zone for its state
   * ```ts
   * import { Gateway, GatewaySimulator, Zone } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const events = await new Zone(gateway, "1").status();
   * const types = events.map(({ type }) => type);
   * assertEquals(types.includes("thermo.temperature"), true);
   * ```
   */
  async status(
    options?: CommandOptions,
  ): Promise<(EventOf<M> | UnknownEvent)[]> {
    const request: Message = {
      kind: "status",
      who: this.area.who,
      where: this.where,
    };
    const replies = await this.gateway.request(request, options);
    return replies.map((reply) => this.area.read(reply));
  }

  /**
   * Reads the events of exactly this WHERE. A command to everyone or to an area
   * is an event of that WHERE, and is followed by an event of each device.
   *
   * @param options Ends the loop.
   * @returns The events.
   *
   * @example Hear when a light is switched, no matter by whom
   * ```ts
   * import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const light = new Light(gateway, "12");
   * const events = light.events();
   * await gateway.ready();
   * simulator.publish("*1*1*12##");
   * for await (const event of events) {
   *   assertEquals(event.type === "light.state" && event.on, true);
   *   break;
   * }
   * ```
   */
  events(
    options: Pick<MessageFilter, "signal"> = {},
  ): AsyncIterableIterator<EventOf<M> | UnknownEvent> {
    const filter = { who: this.area.who, where: this.where, ...options };
    return filterMap(
      this.gateway.messages(filter),
      (message) => this.area.read(message),
    );
  }

  /**
   * Sends a command, or writes a dimension, by the name of its event.
   *
   * @param type The name.
   * @param values The values.
   * @param options Timeout and signal.
   * @returns Resolves when it is acknowledged.
   * @throws {RangeError} If a value is not valid; nothing is sent then.
   */
  protected async command<T extends keyof M & string>(
    type: T,
    values: M[T],
    options?: CommandOptions,
  ): Promise<void> {
    const { where } = this;
    const message = this.area.encode(type, where, values, "writing");
    await this.gateway.send(message, options);
  }

  /**
   * Asks for a dimension by the name of its event.
   *
   * @param type The name.
   * @param values The parameters of the dimension, if it has any.
   * @param options Timeout and signal.
   * @returns The event.
   */
  protected async ask<T extends keyof M & string>(
    type: T,
    values: Partial<M[T]>,
    options?: CommandOptions,
  ): Promise<EventOf<Pick<M, T>>> {
    const { area, where } = this;
    const request = area.encode(type, where, values as M[T], "request");
    const take = (message: Message): EventOf<Pick<M, T>> | undefined => {
      if (!this.#answers(request, message)) return undefined;
      const event = area.decode(message);
      if (event?.type === type) return event as unknown as EventOf<Pick<M, T>>;
      throw new RemoteError(
        `Gateway answered ${serialize(request)} with ${
          serialize(message)
        }, which is not one of the known values`,
      );
    };
    return await this.gateway.ask(request as BusMessage, take, options);
  }

  /**
   * Asks for one value of a dimension.
   *
   * @param type The name of the event.
   * @param key The name of the value.
   * @param options Timeout and signal.
   * @param values The parameters of the dimension, if it has any.
   * @returns The value.
   * @throws {RemoteError} If the answer contains no known value.
   */
  protected async value<
    T extends keyof M & string,
    K extends keyof M[T] & string,
  >(
    type: T,
    key: K,
    options?: CommandOptions,
    values: Partial<M[T]> = {},
  ): Promise<Exclude<M[T][K], undefined>> {
    const event = await this.ask(type, values, options) as
      & EventBase
      & Partial<Record<K, Exclude<M[T][K], undefined>>>;
    const value = event[key];
    if (value !== undefined) return value;
    throw new RemoteError(
      `Gateway answered with ${serialize(event.message)}: ${key} is not one ` +
        "of the known values",
    );
  }

  /**
   * Asks for several values of a dimension.
   *
   * @param type The name of the event.
   * @param keys The names of the values.
   * @param options Timeout and signal.
   * @param values The parameters of the dimension, if it has any.
   * @returns The values that could be read.
   */
  protected async values<
    T extends keyof M & string,
    K extends keyof M[T] & string,
  >(
    type: T,
    keys: readonly K[],
    options?: CommandOptions,
    values: Partial<M[T]> = {},
  ): Promise<Pick<M[T], K>> {
    const event: object = await this.ask(type, values, options);
    const read = Object.entries(event).filter(([key]) =>
      keys.some((name) => name === key)
    );
    return Object.fromEntries(read) as Pick<M[T], K>;
  }

  /**
   * Asks for several values of a dimension that are useful only together.
   *
   * @param type The name of the event.
   * @param keys The names of the values.
   * @param options Timeout and signal.
   * @returns The values.
   * @throws {RemoteError} If one of them is not a known value.
   */
  protected async allValues<
    T extends keyof M & string,
    K extends keyof M[T] & string,
  >(
    type: T,
    keys: readonly K[],
    options?: CommandOptions,
  ): Promise<Required<Pick<M[T], K>>> {
    const values = await this.values(type, keys, options);
    const missing = keys.filter((key) => values[key] === undefined);
    if (missing.length === 0) return values as Required<Pick<M[T], K>>;
    throw new RemoteError(
      `Gateway answered a request for ${type} of ${this.where} with no ` +
        `known ${missing.join(", ")}`,
    );
  }

  /** Tells whether a message answers a request for a dimension. */
  #answers(request: BusMessage, message: Message): boolean {
    if (message.kind !== "dimension" && message.kind !== "writing") {
      return false;
    }
    const { who } = request;
    // A value that somebody has written is not yet the state, but a gateway
    // broadcasts its own clock in this form.
    if (message.who !== who || (message.kind === "writing" && who !== 13)) {
      return false;
    }
    return "dimension" in request &&
      isDimension(request.dimension, message.dimension) &&
      this.speaksFor(message.where);
  }

  /**
   * Tells whether an answer is about this item. The whole WHERE tells devices
   * apart; only in energy and heating the answer may have another WHERE.
   *
   * @param where The WHERE of the answer.
   * @returns Whether it is.
   */
  protected speaksFor(where: string): boolean {
    return speaksFor(this.area.who, this.where, where);
  }
}

/** Tells whether a dimension answers another, parameters included if any. */
function isDimension(asked: string, dimension: string): boolean {
  return dimension === asked ||
    (!asked.includes("#") && dimension.startsWith(`${asked}#`)) ||
    (!dimension.includes("#") && asked.startsWith(`${dimension}#`));
}
