// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Conversion of the messages of one WHO to events with names and units, and
 * back.
 *
 * @module
 */

import { type BusMessage, type Message, parseTag } from "../wire/message.ts";

/**
 * The properties that every event has.
 *
 * @category Events
 */
export interface EventBase {
  /** The WHO of its area. */
  who: number;
  /** The target it is about; empty if the frame has none. */
  where: string;
  /**
   * - `"state"`: this is the state.
   * - `"command"`: somebody has asked for it (a translation, `1000#`). If it is
   *   carried out, another event says so.
   * - `"writing"`: another client, or the gateway itself, has written it.
   */
  origin: "state" | "command" | "writing";
  /** The message that it was decoded from. */
  message: Message;
  /**
   * The texts in the message that could not be read: each under the name of its
   * value, and surplus texts under their position. These values are absent from
   * the event; all others are read as usual.
   *
   * @default {undefined} Everything was read.
   */
  unread?: Readonly<Record<string, string>>;
}

/**
 * An event whose meaning is not known: see its `message`.
 *
 * @category Events
 */
export interface UnknownEvent extends EventBase {
  /** The name. */
  type: "unknown";
}

/**
 * The union of the events of an area.
 *
 * @category Events
 * @typeParam M The names of the events, each with its values.
 */
export type EventOf<M> = {
  [T in keyof M & string]: EventBase & { type: T } & M[T];
}[keyof M & string];

/**
 * What a message that is built from values is for.
 *
 * @category Events
 */
export type Purpose = "state" | "command" | "writing" | "request";

/**
 * Reads and writes a list of texts as named values. Only the areas of this
 * package create these.
 *
 * @category Events
 * @typeParam P The values.
 */
export interface ValueList<P> {
  /**
   * The names of the values in the order of their texts, if each has a text.
   */
  readonly keys?: readonly string[];
  /**
   * Reads the texts.
   *
   * @param texts The texts.
   * @param into An object to put the values into, which saves making one. It
   * is not valid afterwards if the texts could not be read.
   * @returns The values, in `into` or another object; `undefined` if the texts
   * are not such values.
   */
  parse(texts: readonly string[], into?: object): P | undefined;
  /**
   * Reads each of the texts that can be read.
   *
   * @param texts The texts.
   * @param into The object to put the values into.
   * @param unread The object to put the texts into that could not be read.
   * @returns The number of values that were read.
   */
  salvage?(
    texts: readonly string[],
    into: object,
    unread: Record<string, string>,
  ): number;
  /**
   * Writes the values.
   *
   * @param values The values.
   * @returns The texts.
   * @throws {RangeError} If a value is not valid.
   */
  format(values: P): string[];
}

/**
 * How one kind of event is written.
 *
 * @category Events
 * @typeParam P Its values.
 */
export interface Shape<P> {
  /** Whether it is a WHAT or a dimension. */
  readonly kind: "what" | "dimension";
  /** The code, or how it is built from values. */
  readonly code: string | ValueList<Partial<P>>;
  /** The parameters behind the code. */
  readonly parameters: ValueList<Partial<P>>;
  /** The values behind a dimension. */
  readonly values: ValueList<Partial<P>>;
}

/** A kind of event that a code may stand for. */
interface Meaning<T> {
  type: T;
  shape: Shape<unknown>;
  /** The names and values that the code alone gives. */
  names: string[];
  values: unknown[];
}

/**
 * The meanings of each code, kept when it is first seen. An object looks up a
 * numeric code faster than a `Map` does.
 */
type Meanings<T> = Record<string, Meaning<T>[]>;

/** The length of the longest code: longer ones from a peer are not kept. */
const MAX_CODE_LENGTH = 4;

const NONE: readonly string[] = [];

/**
 * The events of one WHO: decodes them from messages and encodes them.
 *
 * @category Events
 * @typeParam M The names of the events, each with its values.
 *
 * @example Read and write a level
 * ```ts
 * import { lighting, parse, serialize } from "@wirekit/openwebnet";
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
  /** The WHO; for the areas of diagnostics, the first of theirs. */
  readonly who: number;
  readonly #shapes: { [T in keyof M]: Shape<M[T]> };
  readonly #whats: Meanings<keyof M & string> = Object.create(null);
  readonly #dimensions: Meanings<keyof M & string> = Object.create(null);

  /**
   * Creates an area.
   *
   * @param who The WHO.
   * @param shapes How each event is written.
   */
  constructor(who: number, shapes: { [T in keyof M]: Shape<M[T]> }) {
    this.who = who;
    this.#shapes = shapes;
  }

  /**
   * Names the fields of a message: its parameters and its values, in order.
   *
   * @param message The message.
   * @returns The names; `undefined` if the message is not known.
   */
  namesOf(
    message: Message,
  ): { parameters: readonly string[]; values: readonly string[] } | undefined {
    const event = this.decode(message);
    if (event === undefined) return undefined;
    const { parameters, values } = this.#shapes[event.type];
    return { parameters: parameters.keys ?? [], values: values.keys ?? [] };
  }

  /**
   * Finds the name of the event that a dimension stands for.
   *
   * @param code The code of the dimension, without parameters.
   * @returns The name; `undefined` if there is none.
   */
  typeOf(code: string): (keyof M & string) | undefined {
    return this.#learn("dimension", code)[0]?.type;
  }

  /** The names of the events. */
  get types(): (keyof M & string)[] {
    return Object.keys(this.#shapes) as (keyof M & string)[];
  }

  /**
   * Decodes a message.
   *
   * @param message The message.
   * @returns The event; `undefined` if the message is not known.
   */
  decode(message: Message): EventOf<M> | undefined {
    switch (message.kind) {
      case "normal":
        return this.#decode("what", message.what, NONE, "state", message);
      case "translation":
        return this.#decode("what", message.what, NONE, "command", message);
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
   * Decodes any message.
   *
   * @param message The message.
   * @returns The event; of type `"unknown"` if the message is not known.
   */
  read(message: Message): EventOf<M> | UnknownEvent {
    return this.decode(message) ?? unknownEvent(message);
  }

  /**
   * Encodes an event, or the command for it.
   *
   * @param type The name of the event.
   * @param where The target it is about.
   * @param values Its values.
   * @param purpose What the message is for. `"request"` asks for a dimension.
   * @returns The message.
   * @throws {RangeError} If a value is not valid.
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
    texts: readonly string[],
    origin: EventBase["origin"],
    message: BusMessage,
  ): EventOf<M> | undefined {
    const known = kind === "what" ? this.#whats : this.#dimensions;
    let parameters = NONE;
    let meanings = known[tag];
    if (meanings === undefined) {
      const parts = parseTag(tag);
      parameters = parts.parameters;
      meanings = known[parts.code] ?? this.#learn(kind, parts.code);
    }
    const { who, where = "" } = message;
    for (let i = 0; i < meanings.length; i++) {
      const { type, shape, names, values } = meanings[i]!;
      const event: Record<string, unknown> = {
        type,
        who,
        where,
        origin,
        message,
      };
      for (let j = 0; j < names.length; j++) event[names[j]!] = values[j];
      if (
        put(shape.parameters, parameters, event) &&
        put(shape.values, texts, event)
      ) return event as EventOf<M>;
    }
    return this.#salvage(meanings, parameters, texts, origin, message);
  }

  /** Reads as much as possible of a message with an unexpected value. */
  #salvage(
    meanings: readonly Meaning<keyof M & string>[],
    parameters: readonly string[],
    texts: readonly string[],
    origin: EventBase["origin"],
    message: BusMessage,
  ): EventOf<M> | undefined {
    const { who, where = "" } = message;
    for (const { type, shape, names, values } of meanings) {
      const unread: Record<string, string> = {};
      const event: Record<string, unknown> = {
        type,
        who,
        where,
        origin,
        message,
        unread,
      };
      names.forEach((name, i) => event[name] = values[i]);
      const count = salvage(shape.parameters, parameters, event, unread) +
        salvage(shape.values, texts, event, unread);
      // A WHAT means something by itself, a dimension only with its values.
      if (shape.kind === "what" || names.length + count > 0) {
        return event as EventOf<M>;
      }
    }
    return undefined;
  }

  /**
   * Finds the meanings of a code: an exact code goes before a range of them.
   */
  #learn(
    kind: "what" | "dimension",
    code: string,
  ): Meaning<keyof M & string>[] {
    const own: Meaning<keyof M & string>[] = [];
    const others: Meaning<keyof M & string>[] = [];
    for (const type of this.types) {
      const shape: Shape<unknown> = this.#shapes[type];
      if (shape.kind !== kind) continue;
      if (typeof shape.code === "string") {
        if (shape.code !== code) continue;
        own.push({ type, shape, names: [], values: [] });
      } else {
        const found = shape.code.parse([code]);
        if (found === undefined) continue;
        const [names, values] = [Object.keys(found), Object.values(found)];
        others.push({ type, shape, names, values });
      }
    }
    const meanings = [...own, ...others];
    const known = kind === "what" ? this.#whats : this.#dimensions;
    if (meanings.length > 0 && code.length <= MAX_CODE_LENGTH) {
      known[code] = meanings;
    }
    return meanings;
  }
}

/**
 * Wraps an unknown message in an event.
 *
 * @param message The message.
 * @returns The event.
 */
export function unknownEvent(message: Message): UnknownEvent {
  const who = "who" in message ? message.who : -1;
  const where = "where" in message ? message.where ?? "" : "";
  const origin = message.kind === "translation"
    ? "command"
    : message.kind === "writing"
    ? "writing"
    : "state";
  return { type: "unknown", who, where, origin, message };
}

/** Reads as many values as possible into an event, and returns their number. */
function salvage(
  list: ValueList<unknown>,
  texts: readonly string[],
  event: object,
  unread: Record<string, string>,
): number {
  if (list.salvage) return list.salvage(texts, event, unread);
  const values = list.parse(texts);
  if (values === undefined) {
    texts.forEach((text, i) => unread[i] = text);
    return 0;
  }
  Object.assign(event, values);
  return texts.length;
}

/** Reads values into an event. */
function put(
  list: ValueList<unknown>,
  texts: readonly string[],
  event: object,
): boolean {
  const values = list.parse(texts, event);
  if (values === undefined) return false;
  if (values !== event) Object.assign(event, values);
  return true;
}
