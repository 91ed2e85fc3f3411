// Copyright 2026 the Wirekit authors. MIT license.

/** The parts shared by all commands that call a target. */

import {
  type Call,
  headerOf,
  isUrl,
  parseExactly,
  placeOf,
  type Places,
  port,
  readCertificates,
  readData,
  seconds,
  type Terminal,
  text,
  texts,
  toggle,
  toJson,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import { paramsOf as paramsOfWords } from "./inspect/_entry.ts";
import { exactly } from "./_exact_codec.ts";
import type { Target } from "./_program.ts";
import { openTarget, type TargetOptions } from "./_target.ts";
import type { Params } from "../wire/message.ts";

const PLACES: Places = {
  schemes: ["ws:", "wss:", "tcp:", "tls:", "unix:", "http:", "https:"],
  at: (port) => `ws://127.0.0.1:${port}`,
};

/** The options of these commands. */
export const TARGET_OPTIONS = {
  url: text(
    "URL",
    "URL to call, instead of the first word (or WIREKIT_URL)",
  ),
  port: port("Call the server on this port of this machine", "p", 1),
  lsp: toggle("Use Content-Length framing, as language servers do"),
  header: texts("NAME:VALUE", "Header of the handshake or the request"),
  ca: text("FILE", "Certificates to trust, in PEM", { file: true }),
  timeout: seconds("How long to wait (60)"),
  json: toggle("Print one JSON text per line"),
};

/** The option of the commands that send params. */
export const DATA_OPTION = {
  data: text("JSON", "All params; - reads standard input, @FILE a file"),
};

/** The text in their help about the target. */
export const TARGET_DETAILS =
  "URL is ws:, wss:, tcp:, tls:, unix:, http: or https:. Without one, PROGRAM " +
  "is started and called on its standard streams.";

/** The user's options for the target. */
export type TargetCall = Call<typeof TARGET_OPTIONS>;

/** The target that the user means, and the words after it. */
export interface Place {
  /** A URL, or a program with its arguments. */
  readonly place: string | readonly string[];
  readonly words: readonly string[];
}

/** Opens the target that the user means. */
export async function open(
  place: Place["place"],
  options: TargetCall["options"],
  terminal: Terminal,
  more: Partial<TargetOptions> = {},
): Promise<Target> {
  const target = openTarget(place, {
    headers: options.header.map(headerOf),
    framing: options.lsp ? "content-length" : "newline",
    ca: options.ca === undefined
      ? undefined
      : await readCertificates(options.ca),
    timeout: options.timeout ?? 60_000,
    signal: terminal.signal,
    onNotification: (method, params) =>
      terminal.log(
        options.json
          ? toJson({ method, params: exactly(params) })
          : `${method.replace(/\s+/g, " ")} ${toJson(exactly(params) ?? null)}`,
      ),
    ...more,
  });
  return await terminal.during("Connecting", target);
}

/** Finds the target that the user means. */
export function targetOf(
  { words, program, options }: TargetCall,
  terminal: Terminal,
): Place {
  const [first = ""] = words;
  if (program.length > 0 && !isUrl(first, PLACES.schemes)) {
    return { place: program, words };
  }
  const { url, rest } = placeOf(words, options, terminal, PLACES);
  if (url === undefined) {
    throw new UsageError(
      "Say where to call: a URL such as ws://127.0.0.1:8095 as the first " +
        "word, --port PORT, or -- PROGRAM",
    );
  }
  // No program is started, so the words after "--" are like any others.
  return { place: url, words: [...rest, ...program] };
}

/** Builds params from words, or from the option `--data`. */
export async function paramsOf(
  words: readonly string[],
  { data }: Values<typeof DATA_OPTION>,
): Promise<Params | undefined> {
  if (data === undefined) return paramsOfWords(words, undefined);
  if (words.length > 0) {
    throw new UsageError("--data and PARAM exclude each other");
  }
  let params: unknown;
  try {
    params = parseExactly(await readData(data));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof params === "object" && params !== null) return params as Params;
  throw new UsageError(`--data has to be a JSON array or object, not ${data}`);
}
