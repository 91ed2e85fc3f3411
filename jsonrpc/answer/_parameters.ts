// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A parameter of a function, as its source has it. */
export interface Parameter {
  /** Its name; `undefined` for a pattern such as `{ x, y }`. */
  readonly name: string | undefined;
  /** The names of the members that an object pattern takes. */
  readonly members?: readonly Parameter[];
  /** Whether it has a default value. */
  readonly optional: boolean;
  /** Whether it takes all further arguments. */
  readonly rest: boolean;
}

const CLOSING: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/**
 * Reads the parameters of a function from its source, as the engine gives it:
 * without types. Returns `undefined` if there is no source to read, as of a
 * function that is bound or built in.
 *
 * It is no parser of JavaScript, of which a package such as `acorn` would be a
 * hundred times as large: it reads what stands between the parentheses, and looks
 * for brackets, texts and comments only.
 */
export function parametersOf(
  // deno-lint-ignore no-explicit-any -- Any function will do.
  action: (...args: any[]) => unknown,
): Parameter[] | undefined {
  const source = blanked(action.toString());
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return undefined;
  const [, lone] = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u
    .exec(source) ?? [];
  if (lone) return [{ name: lone, optional: false, rest: false }];
  // A method may have a computed name, which stands before the list.
  const start = source.search(/\((?![^[]*\]\s*\()/);
  const list = start < 0 ? undefined : splitList(source, start);
  return list?.map(describe);
}

function describe(text: string): Parameter {
  const [, dots, name, rest] =
    /^(\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)?(.*)$/su
      .exec(text) ?? [];
  // What follows a pattern at its own depth is its default value.
  const after = name ? rest! : rest!.slice(endOf(rest!, 0));
  return {
    name: name || undefined,
    optional: /^\s*=/.test(after),
    rest: dots !== undefined,
    ...(rest!.startsWith("{") && { members: splitList(rest!, 0).map(member) }),
  };
}

/** A member of a pattern may get another name: `{ name: other = 1 }`. */
function member(text: string): Parameter {
  const { name, rest, optional } = describe(text.replace(/:[^=]*/, ""));
  return { name, rest, optional };
}

/** The parts of a list in brackets that begins at `start`. */
function splitList(source: string, start: number): string[] {
  const parts: string[] = [];
  let from = start + 1;
  const end = endOf(source, start) - 1;
  for (let at = from; at <= end; at++) {
    if (source[at]! in CLOSING) at = endOf(source, at) - 1;
    else if (source[at] === "," || at === end) {
      const part = source.slice(from, at).trim();
      if (part) parts.push(part);
      from = at + 1;
    }
  }
  return parts;
}

/** Where the brackets end that begin at `start`. */
function endOf(source: string, start: number): number {
  const open: string[] = [];
  for (let at = start; at < source.length; at++) {
    const char = source[at]!;
    if (char in CLOSING) open.push(CLOSING[char]!);
    else if (char === open.at(-1)) open.pop();
    if (open.length === 0) return at + 1;
  }
  return source.length;
}

/** The source with blanks in place of comments, strings and regular expressions. */
function blanked(source: string): string {
  return source.replace(
    /\/\*.*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:]\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\//gs,
    (match) => match.startsWith("/*") || match.startsWith("//") ? " " : '""',
  );
}
