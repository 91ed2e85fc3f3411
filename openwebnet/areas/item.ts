// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What all devices of a plant have in common.
 *
 * @module
 */

import type { Area, EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_session.ts";
import type { BusMessage, Message } from "../wire/message.ts";
import { filterMap } from "../_filter_map.ts";

/** What a device needs of its gateway: a `Gateway` is one. */
export interface Caller {
  /**
   * Sends a command or writes a dimension.
   *
   * @param message The message.
   * @param options Time and signal.
   * @returns Resolves when it is acknowledged.
   */
  send(message: Message, options?: CommandOptions): Promise<void>;
  /**
   * Asks for a state or a dimension.
   *
   * @param message The request.
   * @param options Time and signal.
   * @returns The answer.
   */
  request(message: Message, options?: CommandOptions): Promise<Message[]>;
  /**
   * Asks for a value that comes as the answer or, from some gateways, as an
   * event.
   *
   * @typeParam T The value.
   * @param message The request.
   * @param take Returns the value if a message holds it.
   * @param options Time and signal.
   * @returns The value.
   */
  ask<T>(
    message: Message,
    take: (message: Message) => T | undefined,
    options?: CommandOptions,
  ): Promise<T>;
  /**
   * Sends a command, and takes what comes of it as events.
   *
   * @param message The command.
   * @param take Returns `undefined` if a message is not part of it, `true` if it
   * is the last one, else `false`.
   * @param options Time and signal. `timeout` is the longest wait for each part
   * too.
   * @returns Resolves after the last part, or when no further part comes in
   * time. Rejects with a `TimeoutError` if none came.
   */
  collect(
    message: Message,
    take: (message: Message) => boolean | undefined,
    options?: CommandOptions,
  ): Promise<void>;
  /**
   * Waits for messages of the event session.
   *
   * @param filter Which.
   * @returns The messages. The loop ends when it is left.
   */
  messages(filter?: MessageFilter): AsyncIterableIterator<Message>;
}

/** Which messages of an event session are wanted. */
export interface MessageFilter {
  /** The area; absent for all. */
  who?: number;
  /** Exactly this target; absent for all. */
  where?: string;
  /** Ends the loop. */
  signal?: AbortSignal;
}

/**
 * A device, or several that share a WHERE.
 *
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
  /** What it understands. */
  readonly area: Area<M>;

  /**
   * Makes an item. Nothing is sent.
   *
   * @param gateway The gateway.
   * @param where The target.
   * @param area What it understands.
   */
  constructor(gateway: Caller, where: string, area: Area<M>) {
    this.gateway = gateway;
    this.where = where;
    this.area = area;
  }

  /**
   * Asks for the state.
   *
   * @param options Time and signal.
   * @returns What the answer says, an event each; several for several devices.
   */
  async status(options?: CommandOptions): Promise<EventOf<M>[]> {
    const request: Message = {
      kind: "status",
      who: this.area.who,
      where: this.where,
    };
    const replies = await this.gateway.request(request, options);
    return replies.flatMap((reply) => this.area.decode(reply) ?? []);
  }

  /**
   * Waits for what happens to exactly this WHERE. What is sent to everyone or
   * to an area comes under its own WHERE, and then from each device.
   *
   * @param options Ends the loop.
   * @returns The events.
   */
  events(
    options: Pick<MessageFilter, "signal"> = {},
  ): AsyncIterableIterator<EventOf<M>> {
    const filter = { who: this.area.who, where: this.where, ...options };
    return filterMap(
      this.gateway.messages(filter),
      (message) => this.area.decode(message),
    );
  }

  /**
   * Sends a command, or writes a dimension, by the name of its event.
   *
   * @param type The name.
   * @param values The values.
   * @param options Time and signal.
   * @returns Resolves when it is acknowledged.
   * @throws {RangeError} If there is no such value. Nothing is sent then.
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
   * @param options Time and signal.
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
      const event = area.decode(message);
      if (event?.type !== type || !this.speaksFor(event.where)) {
        return undefined;
      }
      return event as unknown as EventOf<Pick<M, T>>;
    };
    return await this.gateway.ask(request as BusMessage, take, options);
  }

  /**
   * Tells whether an answer is about this item, from its first number: `#7` and
   * `7#0` are 7.
   *
   * @param where The WHERE of the answer.
   * @returns Whether it is.
   */
  protected speaksFor(where: string): boolean {
    return where === this.where || number(where) === number(this.where);
  }
}

function number(where: string): string {
  const [head = "", next = ""] = where.split("#");
  return head || next;
}
