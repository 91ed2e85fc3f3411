// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What language servers say, in words. What is not as the protocol wants it has
 * none: its reading throws, and it is shown as it came.
 */

import { recordOf } from "../_document.ts";

/** Says a notification in words. */
export function told(method: string, params: unknown): string | undefined {
  if (method === "window/logMessage" || method === "window/showMessage") {
    return text(recordOf(params).message);
  }
  if (method !== "textDocument/publishDiagnostics") return undefined;
  const { uri, diagnostics } = recordOf(params);
  const lines = list(diagnostics).map((each) => {
    const { range, message } = recordOf(each);
    return `${placeOf(uri, range)}: ${text(message)}`;
  });
  return lines.join("\n") || `${pathOf(text(uri))} has no problems`;
}

function pathOf(uri: string): string {
  const [, encoded] = /^file:\/\/(\/.*)/.exec(uri) ?? [];
  if (encoded === undefined) return uri;
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return uri;
  }
  const here = `${Deno.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

function placeOf(uri: unknown, range: unknown): string {
  const { line, character } = recordOf(recordOf(range).start);
  return `${pathOf(text(uri))}:${index(line) + 1}:${index(character) + 1}`;
}

/** Says what people ask for most in words. */
export function shown(method: string, result: unknown): string | undefined {
  if (method === "textDocument/hover") {
    return [recordOf(result).contents].flat()
      .map((part) =>
        typeof part === "string" ? part : text(recordOf(part).value)
      )
      .join("\n");
  }
  if (method === "textDocument/completion") {
    const items = Array.isArray(result) ? result : recordOf(result).items;
    const labels = list(items).map((each) => {
      const { label, detail } = recordOf(each);
      return joined(text(label), optional(detail));
    });
    const more = labels.length > 20 ? [`… and ${labels.length - 20} more`] : [];
    return [...labels.slice(0, 20), ...more].join("\n") || "nothing";
  }
  if (method.endsWith("ymbol")) return symbolsOf(list(result), "") || "nothing";
  const places = [result].flat().map((each) => {
    const { uri, range, targetUri, targetSelectionRange } = recordOf(each);
    return targetUri === undefined
      ? placeOf(uri, range)
      : placeOf(targetUri, targetSelectionRange);
  });
  return places.length === 0 ? undefined : places.join("\n");
}

/** The names of a file, those inside others moved in. */
function symbolsOf(symbols: unknown[], margin: string): string {
  return symbols.flatMap((symbol) => {
    const { name, detail, selectionRange, location, children } = recordOf(
      symbol,
    );
    const { uri, range } = recordOf(location);
    const { line } = recordOf(recordOf(selectionRange).start);
    const place = location === undefined
      ? `line ${index(line) + 1}`
      : placeOf(uri, range);
    const inner = list(children ?? []);
    return [
      joined(margin + text(name), optional(detail), place),
      ...inner.length > 0 ? [symbolsOf(inner, `${margin}  `)] : [],
    ];
  }).join("\n");
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join("  ");
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("It is no text");
}

function optional(value: unknown): string {
  return value === undefined || value === null ? "" : text(value);
}

function index(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new TypeError("It is no place");
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("It is no list");
}
