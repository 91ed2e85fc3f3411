// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How the messages of one WHO become events with names and units, and back.
 *
 * @module
 */

import { type BusMessage, type Message, parseTag } from "./message.ts";

/** What every event has. */
export interface EventBase {
  /** The area. */
  who: number;
  /** Whom it is about; empty if the frame has none. */
  where: string;
  /**
   * - `"state"`: it is so.
   * - `"command"`: somebody has asked for it (a translation, `1000#`); whether
   *   it comes to pass is another event.
   * - `"writing"`: another client, or the gateway itself, has written it.
   */
  origin: "state" | "command" | "writing";
  /** What it was made of. */
  message: Message;
}

/**
 * The union of the events of an area.
 *
 * @typeParam M The names of the events, each with its values.
 */
export type EventOf<M> = {
  [T in keyof M & string]: EventBase & { type: T } & M[T];
}[keyof M & string];

/** What a message that is made of values is for. */
export type Purpose = "state" | "command" | "writing" | "request";

/**
 * A list of texts as named values. Made by the areas of this package.
 *
 * @typeParam P The values.
 */
export interface ValueList<P> {
  /**
   * Reads the texts.
   *
   * @param texts The texts.
   * @returns The values, or `undefined` if they are no such values.
   */
  parse(texts: readonly string[]): P | undefined;
  /**
   * Writes the values.
   *
   * @param values The values.
   * @returns The texts.
   * @throws {RangeError} If there is no such value.
   */
  format(values: P): string[];
}

/**
 * How one kind of event is written.
 *
 * @typeParam P Its values.
 */
export interface Shape<P> {
  /** Whether it is a WHAT or a dimension. */
  readonly kind: "what" | "dimension";
  /** The code, or how it is made of values. */
  readonly code: string | ValueList<Partial<P>>;
  /** The parameters behind the code. */
  readonly parameters: ValueList<Partial<P>>;
  /** The values behind a dimension. */
  readonly values: ValueList<Partial<P>>;
}

/**
 * The events of one WHO: reads them from messages and writes them.
 *
 * @typeParam M The names of the events, each with its values.
 *
 * @example Read and write a level
 * ```ts
 * import { lighting } from "@wirekit/openwebnet/lighting";
 * import { parse, serialize } from "@wirekit/openwebnet/message";
 * import { assertEquals } from "@std/assert";
 *
 * const event = lighting.decode(parse("*#1*21*1*150*255##"));
 * assertEquals(event?.type, "light.brightness");
 * const message = lighting.encode("light.brightness", "21", {
 *   level: 50,
 *   speed: 255,
 * });
 * assertEquals(serialize(message), "*#1*21*1*150*255##");
 * ```
 */
export class Area<M extends object> {
  /** The WHO; for the areas of diagnostics the first of them. */
  readonly who: number;
  readonly #shapes: { [T in keyof M]: Shape<M[T]> };
  readonly #byCode = new Map<string, (keyof M & string)[]>();
  readonly #dynamic: (keyof M & string)[] = [];

  /**
   * Makes an area.
   *
   * @param who The WHO.
   * @param shapes How each event is written.
   */
  constructor(who: number, shapes: { [T in keyof M]: Shape<M[T]> }) {
    this.who = who;
    this.#shapes = shapes;
    for (const type of Object.keys(shapes) as (keyof M & string)[]) {
      const { kind, code } = shapes[type];
      if (typeof code !== "string") {
        this.#dynamic.push(type);
        continue;
      }
      const key = kind + code;
      const types = this.#byCode.get(key);
      if (types === undefined) this.#byCode.set(key, [type]);
      else types.push(type);
    }
  }

  /** The names of the events. */
  get types(): (keyof M & string)[] {
    return Object.keys(this.#shapes) as (keyof M & string)[];
  }

  /**
   * Reads a message.
   *
   * @param message The message.
   * @returns The event, or `undefined` if the message is none that is known.
   */
  decode(message: Message): EventOf<M> | undefined {
    switch (message.kind) {
      case "normal":
        return this.#decode("what", message.what, [], "state", message);
      case "translation":
        return this.#decode("what", message.what, [], "command", message);
      case "dimension":
      case "writing": {
        const { dimension, values } = message;
        const origin = message.kind === "writing" ? "writing" : "state";
        return this.#decode("dimension", dimension, values, origin, message);
      }
      default:
        return undefined;
    }
  }

  /**
   * Writes an event, or the command for it.
   *
   * @param type The name of the event.
   * @param where Whom it is about.
   * @param values Its values.
   * @param purpose What the message is for. `"request"` asks for a dimension.
   * @returns The message.
   * @throws {RangeError} If there is no such value.
   */
  encode<T extends keyof M & string>(
    type: T,
    where: string,
    values: M[T],
    purpose: Purpose = "state",
  ): BusMessage {
    const { who } = this;
    const { kind, code, parameters, values: list } = this.#shapes[type];
    const text = typeof code === "string" ? code : code.format(values)[0]!;
    const tag = [text, ...parameters.format(values)].join("#");
    if (kind === "what") {
      return purpose === "command"
        ? { kind: "translation", who, what: tag, where }
        : { kind: "normal", who, what: tag, where };
    }
    if (purpose === "request") {
      return { kind: "request", who, where, dimension: tag };
    }
    return {
      kind: purpose === "writing" ? "writing" : "dimension",
      who,
      where,
      dimension: tag,
      values: list.format(values),
    };
  }

  #decode(
    kind: "what" | "dimension",
    tag: string,
    texts: string[],
    origin: EventBase["origin"],
    message: BusMessage,
  ): EventOf<M> | undefined {
    const { code, parameters } = parseTag(tag);
    const candidates = this.#byCode.get(kind + code) ?? [];
    for (const type of [...candidates, ...this.#dynamic]) {
      const shape = this.#shapes[type];
      if (shape.kind !== kind) continue;
      const fromCode = typeof shape.code === "string"
        ? {}
        : shape.code.parse([code]);
      const fromParameters = fromCode && shape.parameters.parse(parameters);
      const values = fromParameters && shape.values.parse(texts);
      if (!values) continue;
      const { who, where = "" } = message;
      return {
        type,
        who,
        where,
        origin,
        ...fromCode,
        ...fromParameters,
        ...values,
        message,
      } as EventOf<M>;
    }
    return undefined;
  }
}
