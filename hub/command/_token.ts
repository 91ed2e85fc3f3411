// Copyright 2026 the Wirekit authors. MIT license.

/** The command `hub token`. */

import {
  choice,
  command,
  FileError,
  integer,
  type Option,
  text,
  texts,
  toggle,
  UsageError,
  whyRefused,
} from "@wirekit/internal/command";
import { fingerprint, secret } from "@wirekit/transport/pages";
import type { Right, Token } from "../access/tokens.ts";
import { refuseFaults } from "./_json_file.ts";
import { readTokens, tokensOf } from "./_token_file.ts";

const DAY = 86_400_000;

/** One of the rights, which may be repeated. */
const RIGHT: Option<readonly Right[]> = {
  ...choice(
    "RIGHT",
    ["watch", "operate"],
    "What else it allows: watch, which shows clients and messages, or operate, " +
      "which also disconnects clients, blocks names and drains the hub",
  ),
  many: true,
  read: (given, name) =>
    given.map((each) =>
      choice("RIGHT", ["watch", "operate"], "").read([each], name)!
    ),
};

/** Makes a token. */
export const tokenCommand = command({
  name: "token",
  summary: "Make a token, and print it once",
  operands: "LABEL",
  details:
    "It prints the token, and then its entry for the file of --tokens. " +
    "The entry has only the SHA-256 of the token, which is of no use to a reader.",
  options: {
    name: texts(
      "NAME",
      "Name that its clients may take; * stands for any text",
    ),
    right: RIGHT,
    days: integer("N", "How many days it lasts (for good)", {
      min: 1,
      max: 36_500,
    }),
    clear: toggle("Write the token itself into the entry"),
    file: text("FILE", "Add the entry to this file, which may be new", {
      file: true,
    }),
  },
  examples: [
    "hub token 'shop bot' --name shop --name 'shop-*' --file tokens.json",
    "hub token zoë --right operate --days 90 --file tokens.json",
    "hub serve --tokens tokens.json",
  ],
  async run({ words: [label = ""], options }, terminal) {
    const { name: names, right: rights, days, clear, file } = options;
    if (names.length === 0 && rights.length === 0) {
      throw new UsageError(
        "A token that allows nothing is of no use: give it --name or --right",
      );
    }
    if (label === "") {
      throw new UsageError(
        "LABEL is empty: it tells the tokens of a file apart",
      );
    }
    let token = secret();
    // Typed after a flag, it would be taken for one.
    while (token.startsWith("-")) token = secret();
    const sha256 = Array.from(
      fingerprint(token),
      (byte) => byte.toString(16).padStart(2, "0"),
    ).join("");
    const entry: Token = {
      label,
      ...(clear ? { token } : { sha256 }),
      ...(names.length > 0 && { names }),
      ...(rights.length > 0 && { rights }),
      ...(days !== undefined && {
        expires: new Date(Date.now() + days * DAY).toISOString().slice(0, 19) +
          "Z",
      }),
    };
    // As it will be read: what would be refused then is refused now.
    refuseFaults("the new token", tokensOf(JSON.stringify([entry])).faults);
    if (file !== undefined) await add(file, entry);
    terminal.log(token);
    if (file === undefined) terminal.log(JSON.stringify(entry));
    else {
      terminal.error(
        `Added ${JSON.stringify(label)} to ${file}. This is the only time ` +
          "that the token is shown",
      );
    }
  },
});

/** Adds a token to a file. */
async function add(path: string, entry: Token): Promise<void> {
  const isNew = await Deno.stat(path).then(() => false, () => true);
  let tokens: Token[] = [];
  if (!isNew) {
    const { value, faults } = await readTokens(path);
    refuseFaults(path, faults);
    tokens = value;
  }
  if (tokens.some(({ label }) => label === entry.label)) {
    throw new UsageError(
      `${path} has a token ${JSON.stringify(entry.label)} already`,
    );
  }
  const lines = [...tokens, entry].map((each) => `  ${JSON.stringify(each)}`);
  const text = `[\n${lines.join(",\n")}\n]\n`;
  // In one step, so that a hub that reads it now finds all of it; but through
  // a link, to the file that it names.
  const target = isNew ? path : await Deno.realPath(path);
  const before = isNew ? 0o644 : (await Deno.stat(target)).mode ?? 0o644;
  // A hash is of no use to its reader, and another user may run the hub.
  const mode = entry.token === undefined ? before : before & 0o700;
  const beside = `${target}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    await Deno.writeTextFile(beside, text, { mode: mode & 0o777 });
    await Deno.rename(beside, target);
  } catch (cause) {
    await Deno.remove(beside).catch(() => {}); // It may not be there.
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const why = whyRefused(cause, "folder");
    throw new FileError(path, `Cannot write ${path}: ${why}`, { cause });
  }
}
