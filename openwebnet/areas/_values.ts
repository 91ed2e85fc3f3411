// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Shape, ValueList } from "./area.ts";
import { UNITS } from "./_units.ts";

/** Reads and writes one value of a frame. */
export interface ValueCodec<T> {
  /** Reads it; `undefined` if the text is not such a value. */
  parse(text: string): T | undefined;
  /**
   * Writes it. Throws a `RangeError` if the value is not valid, with a message
   * that gives the valid values in the words and units of the user.
   */
  format(value: T, name?: string): string;
  /** Whether it may be left out. */
  optional?: boolean;
}

/** An integer and its limits. */
interface IntegerCodec extends ValueCodec<number> {
  min: number;
  max: number;
}

/** An integer, written with a minimum number of digits. */
export function integer(min: number, max: number, digits = 1): IntegerCodec {
  return {
    min,
    max,
    parse(text) {
      const value = natural(text);
      return value >= min && value <= max ? value : undefined;
    },
    format(value, name = "value") {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw outOf(`an integer from ${min} to ${max}`, name, value);
      }
      return `${value}`.padStart(digits, "0");
    },
  };
}

/** Creates the error for a value that is out of range. */
export function outOf(range: string, name: string, value: unknown): RangeError {
  const unit = UNITS[name] ?? "";
  return new RangeError(`${name} must be ${range}${unit}: got ${value}`);
}

/** Reads digits as a number; negative if the text is not just digits. */
export function natural(text: string): number {
  let value = text === "" ? -1 : 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** A number that is converted to an integer with a factor and an offset. */
export function scaled(
  codec: IntegerCodec,
  toWire: (value: number) => number,
  fromWire: (wire: number) => number,
): ValueCodec<number> {
  const { min, max } = codec;
  const step = fromWire(min + 1) - fromWire(min);
  return {
    parse(text) {
      const wire = codec.parse(text);
      return wire === undefined ? undefined : fromWire(wire);
    },
    format(value, name = "value") {
      const wire = toWire(value);
      if (!Number.isInteger(wire) || wire < min || wire > max) {
        const steps = step === 1 ? "" : ` in steps of ${step}`;
        const kind = step === 1 ? "an integer from " : "";
        const range = `${kind}${fromWire(min)} to ${fromWire(max)}${steps}`;
        throw outOf(range, name, value);
      }
      return codec.format(wire);
    },
  };
}

/** A value, or `null` for a text that means that there is none. */
export function orNone<T>(
  codec: ValueCodec<T>,
  none: string,
): ValueCodec<T | null> {
  return {
    ...codec,
    parse: (text) => text === none ? null : codec.parse(text),
    format: (value, name) => value === null ? none : codec.format(value, name),
  };
}

/** One of a few texts, each for a value; aliases are read but never written. */
export function table<const T extends string | number | boolean | null>(
  values: Readonly<Record<string, T>>,
  aliases: Readonly<Record<string, NoInfer<T>>> = {},
): ValueCodec<T> {
  const read = new Map(Object.entries({ ...aliases, ...values }));
  const texts = new Map<T, string>();
  for (const [text, value] of Object.entries(values)) texts.set(value, text);
  return {
    parse: (text) => read.get(text),
    format(value, name = "value") {
      const text = texts.get(value);
      if (text === undefined) {
        throw new RangeError(
          `${name} must be one of ${
            [...texts.keys()].join(", ")
          }: got ${value}`,
        );
      }
      return text;
    },
  };
}

/** Digits, kept as text. */
export function digits(min: number, max: number): ValueCodec<string> {
  return {
    parse: (text) =>
      text.length >= min && text.length <= max &&
        (text === "" || natural(text) >= 0)
        ? text
        : undefined,
    format(value, name = "value") {
      if (!/^\d*$/.test(value) || value.length < min || value.length > max) {
        const count = min === max ? `${min}` : `${min} to ${max}`;
        throw new RangeError(`${name} must be ${count} digits: got "${value}"`);
      }
      return value;
    },
  };
}

/** A value that may be left out. */
export function optional<T>(codec: ValueCodec<T>): ValueCodec<T> {
  return { ...codec, optional: true };
}

/** Off and on. */
export const flag: ValueCodec<boolean> = table({ "0": false, "1": true });

/** A byte. */
export const byte: ValueCodec<number> = integer(0, 255);

/** 0 to 4,294,967,295. */
export const word: ValueCodec<number> = integer(0, 0xffffffff);

/**
 * °C in tenths: a digit for the sign (0 plus, 1 minus) and three more digits.
 * Some gateways put a `#` before it, some leave the sign out.
 */
export const celsius: ValueCodec<number> = {
  parse(text) {
    const digits = text.charCodeAt(0) === 0x23 ? text.slice(1) : text;
    const number = natural(digits);
    const { length } = digits;
    if (length < 3 || length > 4 || number < 0 || number >= 2000) {
      return undefined;
    }
    const value = number % 1000 / 10;
    return number > 1000 ? -value : value;
  },
  format(value, name = "celsius") {
    const tenths = Math.round(value * 10);
    if (!(Math.abs(tenths) <= 999) || Math.abs(tenths - value * 10) > 1e-6) {
      throw outOf("-99.9 to 99.9 in steps of 0.1", name, value);
    }
    return (tenths < 0 ? "1" : "0") + `${Math.abs(tenths)}`.padStart(3, "0");
  },
};

/** A code that is itself a value. */
export function code<K extends string, T>(
  key: K,
  codec: ValueCodec<T>,
): ValueList<Record<K, T>> {
  return fields({ [key]: codec } as never) as ValueList<Record<K, T>>;
}

/** Several integers joined to one text, such as the four of an IP address. */
export function joined<K extends string>(
  key: K,
  count: number,
  codec: ValueCodec<number>,
  style: { separator: string; radix: 10 | 16 },
): ValueList<Record<K, string>> {
  const { separator, radix } = style;
  const pad = radix === 16 ? 2 : 1;
  return {
    keys: Array<string>(count).fill(key),
    parse(texts) {
      const numbers = texts.map((text) => codec.parse(text));
      if (numbers.length !== count || numbers.includes(undefined)) {
        return undefined;
      }
      const value = numbers
        .map((number) => number!.toString(radix).padStart(pad, "0"))
        .join(separator);
      return { [key]: value } as Record<K, string>;
    },
    salvage(texts, into, unread) {
      const values = this.parse(texts);
      if (values === undefined) unread[key] = texts.join("*");
      else Object.assign(into, values);
      return values === undefined ? 0 : 1;
    },
    format(values) {
      const parts = values[key].split(separator);
      if (parts.length !== count) {
        throw new RangeError(
          `${key} must be ${count} numbers separated by "${separator}": got "${
            values[key]
          }"`,
        );
      }
      return parts.map((part) => codec.format(parseInt(part, radix), key));
    },
  };
}

const NOTHING: ValueList<Record<never, never>> = {
  parse: (texts, into = {}) => texts.length === 0 ? into : undefined,
  salvage(texts, _into, unread) {
    texts.forEach((text, i) => unread[i] = text);
    return 0;
  },
  format: () => [],
};

/**
 * Values with one text each, in the order of the texts.
 */
export function fields<P extends object>(
  codecs: { [K in keyof P]-?: ValueCodec<Exclude<P[K], undefined>> },
): ValueList<P> {
  const keys = Object.keys(codecs);
  const list = Object.values(codecs) as ValueCodec<unknown>[];
  return {
    keys,
    parse(texts, into = {}) {
      const values = into as Record<string, unknown>;
      const { length } = texts;
      // Some gateways add an empty value at the end.
      if (
        length > list.length &&
        (length > list.length + 1 || texts[length - 1] !== "")
      ) return undefined;
      for (let i = 0; i < list.length; i++) {
        const text = i < length ? texts[i]! : undefined;
        const codec = list[i]!;
        if (codec.optional && (text === undefined || text === "")) continue;
        const value = text === undefined ? undefined : codec.parse(text);
        if (value === undefined) return undefined;
        values[keys[i]!] = value;
      }
      return values as P;
    },
    salvage(texts, into, unread) {
      const values = into as Record<string, unknown>;
      let count = 0;
      texts.forEach((text, i) => {
        const codec = list[i];
        if (codec === undefined) {
          if (text !== "") unread[i] = text;
          return;
        }
        const value = codec.parse(text);
        if (value !== undefined) {
          values[keys[i]!] = value;
          count++;
        } else if (text !== "" || !codec.optional) unread[keys[i]!] = text;
      });
      return count;
    },
    format(values) {
      const texts = list.map((codec, i) => {
        const key = keys[i]!;
        const value = (values as Record<string, unknown>)[key];
        if (value === undefined && codec.optional) return "";
        if (value === undefined) throw new TypeError(`${key} is missing`);
        return codec.format(value, key);
      });
      while (texts.at(-1) === "") texts.pop();
      return texts;
    },
  };
}

/**
 * A state or command: `*WHO*CODE#PARAMETERS*WHERE##`.
 */
export function what<C extends object, P extends object>(
  code: string | ValueList<C>,
  parameters: ValueList<P> = NOTHING as ValueList<P>,
): Shape<C & P> {
  return { kind: "what", code, parameters, values: NOTHING } as Shape<C & P>;
}

/**
 * A dimension: `*#WHO*WHERE*CODE#PARAMETERS*VALUES##`.
 */
export function dimension<V extends object, P extends object>(
  code: string | ValueList<P>,
  values: ValueList<V>,
  parameters: ValueList<P> = NOTHING as ValueList<P>,
): Shape<V & P> {
  return { kind: "dimension", code, parameters, values } as Shape<V & P>;
}
