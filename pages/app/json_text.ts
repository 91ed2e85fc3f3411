// Copyright 2026 the Wirekit authors. MIT license.

/**
 * JSON as text: says what is wrong with it and where, and lays it out, without
 * reading a number. So no digit of a long integer is lost.
 */

/** What keeps a text from being JSON. */
export interface Mistake {
  /** Where, from 0. */
  readonly at: number;
  /** Its line, from 1. */
  readonly line: number;
  /** Its column, from 1. */
  readonly column: number;
  /** What is wrong, in one sentence. */
  readonly text: string;
}

/** The largest text that is laid out. */
const MAX_LAYOUT = 200_000;

/** The deepest nesting that is read. */
const MAX_DEPTH = 250;

const TOKEN_REGEXP =
  /[ \t\r\n]*(?:("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-]))|(true|false|null)(?!\w)|([{}[\],:]))/y;

type Kind = "string" | "number" | "word" | "sign";

interface Token {
  readonly kind: Kind;
  readonly text: string;
  readonly at: number;
}

/** What may come next. */
type Place = "value" | "first" | "key" | "firstKey" | "colon" | "after" | "end";

class Wrong extends Error {
  constructor(readonly at: number, message: string) {
    super(message);
  }
}

/** Returns what is wrong with a text, if it is no JSON. */
export function mistakeIn(text: string): Mistake | undefined {
  try {
    read(text, () => {});
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const before = text.slice(0, error.at).split("\n");
    return {
      at: error.at,
      line: before.length,
      column: before.at(-1)!.length + 1,
      text: error.message,
    };
  }
  return undefined;
}

/** Returns whether a text is a JSON object. */
export function isObject(text: string): boolean {
  return /^\s*\{/.test(text);
}

/** Lays JSON out; what is no JSON, or very long, stays as it is. */
export function layOut(text: string): string {
  if (text.length > MAX_LAYOUT) return text;
  let out = "";
  let depth = 0;
  let last = "";
  const line = () => "\n" + "  ".repeat(depth);
  try {
    read(text, ({ text }) => {
      if (text === "}" || text === "]") {
        depth--;
        out += last === "{" || last === "[" ? text : line() + text;
      } else {
        if (last === "{" || last === "[" || last === ",") out += line();
        if (text === "{" || text === "[") depth++;
        out += text === ":" ? ": " : text;
      }
      last = text;
    });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return text;
  }
  return out;
}

/** Makes JSON one line, without what stands between its parts. */
export function oneLine(text: string): string {
  let out = "";
  try {
    read(text, (token) => out += token.text);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return text;
  }
  return out;
}

/** The keys and the values of an object, as text; none if it is no object. */
export function membersOf(text: string): [key: string, value: string][] {
  const members: [string, string][] = [];
  let depth = 0;
  let key = "";
  let value = "";
  try {
    read(text, (token) => {
      const { text } = token;
      if (text === "}" || text === "]") depth--;
      if (depth === 1 && text === "," || depth === 0 && text === "}") {
        if (key) members.push([JSON.parse(key), value]);
        key = value = "";
      } else if (depth === 1 && !key) key = text;
      else if (depth > 0 && !(depth === 1 && !value && text === ":")) {
        value += text;
      }
      if (text === "{" || text === "[") depth++;
    });
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return [];
  }
  return isObject(text) ? members : [];
}

function read(text: string, take: (token: Token) => void): void {
  const stack: ("{" | "[")[] = [];
  let place: Place = "value";
  let at = 0;
  for (;;) {
    const rest = /\S/g;
    rest.lastIndex = at;
    const next = rest.exec(text)?.index;
    if (next === undefined) {
      if (place === "end") return;
      throw new Wrong(text.length, whatIsMissing(place, stack));
    }
    if (place === "end") {
      throw new Wrong(next, "There is more after the end of the value");
    }
    const token = tokenAt(text, next);
    at = next + token.text.length;
    place = follow(place, token, stack);
    take(token);
  }
}

function tokenAt(text: string, at: number): Token {
  TOKEN_REGEXP.lastIndex = at;
  const [, string, number, word, sign] = TOKEN_REGEXP.exec(text) ?? [];
  if (string !== undefined) return { kind: "string", text: string, at };
  if (number !== undefined) return { kind: "number", text: number, at };
  if (word !== undefined) return { kind: "word", text: word, at };
  if (sign !== undefined) return { kind: "sign", text: sign, at };
  throw wrongToken(text, at);
}

function wrongToken(text: string, at: number): Wrong {
  const first = text[at];
  if (first === '"') return wrongString(text, at);
  if (first === "'") {
    return new Wrong(at, 'Text stands between double quotes: "');
  }
  if (first === "/") return new Wrong(at, "JSON has no comments");
  const [word = first ?? ""] = /^[\w.+-]+/.exec(text.slice(at, at + 40)) ?? [];
  if (/^[-+.\d]/.test(word)) {
    if (/^-?0\d/.test(word)) {
      return new Wrong(at, `${word}: a number does not begin with 0`);
    }
    if (word.startsWith("+")) {
      return new Wrong(at, `${word}: a number has no plus sign`);
    }
    return new Wrong(at, `${word} is not a JSON number`);
  }
  if (/^(True|False|None)$/.test(word)) {
    const json = { True: "true", False: "false", None: "null" }[word];
    return new Wrong(at, `${word} is written ${json} in JSON`);
  }
  return new Wrong(
    at,
    /^\w/.test(word)
      ? `${word} is not a value: text stands between double quotes`
      : `Nothing begins with ${word}`,
  );
}

function wrongString(text: string, start: number): Wrong {
  for (let at = start + 1; at < text.length; at++) {
    const each = text[at]!;
    if (each === "\n" || each === "\r") {
      return new Wrong(at, "A text ends on its line: write \\n for a new line");
    }
    if (each < " ") {
      return new Wrong(at, "A control character is written \\t, \\u0000 …");
    }
    if (each !== "\\") continue;
    at++;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at, at + 5))) {
      return new Wrong(
        at - 1,
        'After a backslash comes one of " \\ / b f n r t u0000',
      );
    }
  }
  return new Wrong(start, "This text has no closing quote");
}

function follow(
  place: Place,
  { kind, text, at }: Token,
  stack: ("{" | "[")[],
): Place {
  const top = stack.at(-1);
  const after = (): Place => stack.length > 0 ? "after" : "end";
  const isEnd = kind === "sign" && (text === "}" || text === "]");
  if (isEnd) {
    const fits = top === (text === "}" ? "{" : "[");
    const ends = place === "after" || place === "first" || place === "firstKey";
    if (fits && ends) {
      stack.pop();
      return after();
    }
    if (fits && (place === "value" || place === "key")) {
      throw new Wrong(at, `There is a comma too many before ${text}`);
    }
    throw new Wrong(at, whatIsWanted(place, stack, text));
  }
  switch (place) {
    case "value":
    case "first":
      if (kind !== "sign") return after();
      if (text !== "{" && text !== "[") break;
      if (stack.length >= MAX_DEPTH) {
        throw new Wrong(at, `It is more than ${MAX_DEPTH} levels deep`);
      }
      stack.push(text);
      return text === "{" ? "firstKey" : "first";
    case "key":
    case "firstKey":
      if (kind === "string") return "colon";
      break;
    case "colon":
      if (text === ":") return "value";
      break;
    case "after":
      if (text === ",") return top === "{" ? "key" : "value";
      break;
    case "end":
      break;
  }
  throw new Wrong(at, whatIsWanted(place, stack, text));
}

function whatIsWanted(
  place: Place,
  stack: readonly string[],
  text: string,
): string {
  const found = text.length > 20 ? `${text.slice(0, 20)}…` : text;
  return `${whatIsMissing(place, stack)}, not ${found}`;
}

function whatIsMissing(place: Place, stack: readonly string[]): string {
  const close = stack.at(-1) === "{" ? "}" : "]";
  switch (place) {
    case "value":
      return "Here goes a value";
    case "first":
      return "Here goes a value or ]";
    case "key":
      return "Here goes a key between double quotes";
    case "firstKey":
      return "Here goes a key between double quotes, or }";
    case "colon":
      return "Here goes a colon";
    case "after":
      return `Here goes a comma or ${close}`;
    case "end":
      return "Here is the end";
  }
}
