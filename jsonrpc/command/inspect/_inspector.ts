// Copyright 2026 the Wirekit authors. MIT license.

/** Calls what is typed, line by line, and shows what comes. */

import { closest, toJson } from "@wirekit/internal/command";
import type { LogEntry } from "../../wire/log.ts";
import type { Params } from "../../wire/message.ts";
import { formatParam } from "../_manual.ts";
import { written } from "../_written.ts";
import { Asked } from "./_asked.ts";
import { type Dialect, told } from "./_dialect.ts";
import { type Entry, paramsOf, typed, wordsOf } from "./_entry.ts";
import type { Prompt } from "./_prompt.ts";
import type { Session } from "./_session.ts";

/** How many methods are listed before the first line is typed. */
const MANY = 12;

/** How many calls are remembered. */
const MAX_HISTORY = 1_000;

const HELP = `METHOD              asks for its params one by one
METHOD PARAM…       calls it: sum 1 2, or find {"name": "zoë"}, or find name=zoë
                    the part after the last slash of its name is enough
.methods [PART]     what can be called
.history            what was called, and how it ended
.again [NUMBER]     repeats a call of the history; by default the last
.notify METHOD …    sends a notification
.traffic            starts or stops showing each message on the wire
.exit               ends, as Ctrl-D does. Ctrl-C cancels a call`;

const COMMANDS = [...HELP.matchAll(/^\.\w+/gm)].map(([name]) => name);

/** A call of before. */
interface Past {
  readonly entry: Entry;
  readonly params: Params | undefined;
  outcome: string;
}

/** Reads what is typed, and shows what comes of it. */
export class Inspector {
  readonly #dialect: Dialect;
  readonly #past: Past[] = [];
  readonly #asked = new Asked();
  #session!: Session;
  #prompt: Prompt | undefined;
  #call: AbortController | undefined;
  #isForm = false;
  #showsTraffic = false;
  #failed = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Tells who the other end is, and what can be called. */
  greet(session: Session): string {
    this.#session = session;
    const { greeting, remark, entries: { length } } = session;
    return [
      ...[greeting, remark].filter(Boolean),
      length === 0
        ? "It does not say what can be called." +
          (greeting
            ? ""
            : " Language servers need --lsp, servers of MCP --mcp.")
        : length <= MANY
        ? this.#listed("")
        : `It has ${length} methods: .methods lists them.`,
    ].join("\n");
  }

  /** Reads lines until there are no more. Returns the exit code. */
  async run(prompt: Prompt): Promise<number> {
    this.#prompt = prompt;
    if (prompt.isTyped) prompt.print("Type .help for help.");
    const over = this.#session.closed?.then((how) => ({ how }));
    for (;;) {
      const read = prompt.read("> ");
      const line = await (over ? Promise.race([read, over]) : read);
      if (typeof line === "object") {
        prompt.print(`${line.how}.`);
        return 3;
      }
      if (line === undefined || line.trim() === ".exit") break;
      await this.#do(line.trim());
    }
    return this.#failed && !prompt.isTyped ? 1 : 0;
  }

  /** Ctrl-C: gives up a call or a form; returns whether there was neither. */
  interrupted(): boolean {
    const call = this.#call;
    call?.abort(new Error("Given up"));
    const isForm = this.#isForm;
    this.#isForm = false;
    return !call && !isForm;
  }

  /** What begins like this. */
  complete(start: string): string[] {
    if (/\s/.test(start)) return [];
    const names = this.#session.entries.flatMap(({ name }) => {
      const alias = name.slice(name.lastIndexOf("/") + 1);
      return this.#session.find(alias)?.name === name ? [alias, name] : [name];
    });
    return [...new Set([...names, ...COMMANDS])]
      .filter((name) => name.startsWith(start));
  }

  /** Shows a notification. */
  notified(method: string, params: Params | undefined): void {
    const words = told(this.#dialect, method, params) ??
      `${method} ${written(params ?? null)}`;
    this.#prompt?.print(words.replaceAll(/^/gm, "← "));
  }

  /** Shows a message, if that is wanted, or if it answers another call. */
  passed(entry: LogEntry): void {
    const { direction, wire } = entry;
    const { stray } = this.#asked.note(entry);
    if (stray !== undefined && this.#call) this.#say(`… ${stray}`);
    if (!this.#showsTraffic) return;
    this.#prompt?.print(`${direction === "in" ? "<<" : ">>"} ${wire}`);
  }

  async #do(line: string): Promise<void> {
    const [name = "", ...words] = wordsOf(line);
    if (name === "") return;
    try {
      if (name.startsWith(".")) return await this.#command(name, words);
      const entry = this.#session.find(name);
      const params = words.length === 0 && entry
        ? await this.#form(entry)
        : paramsOf(words, entry);
      if (params === CANCELLED) return;
      await this.#ask({
        entry: entry ?? { name, params: [], byName: false },
        params,
        outcome: "",
      });
    } catch (error) {
      this.#fail(Object(error).message ?? String(error));
    }
  }

  async #command(name: string, words: string[]): Promise<void> {
    switch (name) {
      case ".help":
        return this.#say(HELP);
      case ".methods":
        return this.#say(this.#listed(words[0] ?? "") || "There are none.");
      case ".history":
        return this.#say(
          this.#past.map(({ entry, params, outcome }, i) => {
            const given = params === undefined ? "" : ` ${toJson(params)}`;
            return `${i + 1}  ${entry.name}${given} → ${outcome}`;
          }).join("\n") || "Nothing was called yet.",
        );
      case ".again": {
        const [number = this.#past.length] = words;
        const past = this.#past[Number(number) - 1];
        if (!past) {
          return this.#fail(`There is no call ${number}: see .history`);
        }
        return await this.#ask({ ...past, outcome: "" });
      }
      case ".notify": {
        const [method, ...rest] = words;
        if (method === undefined) return this.#fail("METHOD is missing");
        return await this.#session.notify(method, paramsOf(rest, undefined));
      }
      case ".traffic":
        this.#showsTraffic = !this.#showsTraffic;
        return this.#say(
          `Messages are ${this.#showsTraffic ? "shown" : "no longer shown"}.`,
        );
    }
    const near = closest(name, COMMANDS);
    this.#fail(
      `There is no ${name}. ${near ? `Did you mean ${near}?` : "See .help"}`,
    );
  }

  /** Calls a method, and shows how it ends. */
  async #ask(past: Past): Promise<void> {
    this.#past.push(past);
    if (this.#past.length > MAX_HISTORY) this.#past.shift();
    const { entry, params } = past;
    const call = this.#call = new AbortController();
    const { result, words, fault, data, took } = await this.#session.ask(
      entry,
      params,
      {
        signal: call.signal,
        onProgress: (words) => this.#say(`… ${words}`),
      },
    );
    this.#call = undefined;
    past.outcome = `${cut(fault ?? written(result))} (${took} ms)`;
    if (fault === undefined) return this.#say(words ?? shown(result));
    this.#fail(fault + (data === undefined ? "" : `\n${shown(data)}`));
  }

  /** Asks for the params of a method, one by one. */
  async #form(
    entry: Entry,
  ): Promise<Params | undefined | typeof CANCELLED> {
    const { params, byName, name } = entry;
    const prompt = this.#prompt!;
    const needed = params.filter(({ required }) => required);
    if (!prompt.isTyped) {
      if (needed.length === 0) return undefined;
      const names = needed.map(({ name }) => name);
      throw new TypeError(
        `${name} needs ${names.join(", ")}: ${name} ` +
          names.map((each) => byName ? `${each}=…` : each.toUpperCase())
            .join(" "),
      );
    }
    const given = new Map<string, unknown>();
    this.#isForm = true;
    try {
      for (const param of params) {
        const about = param.summary ?? param.description;
        const words = `  ${formatParam(param)}${about ? ` (${about})` : ""}: `;
        for (;;) {
          const line = await prompt.read(words, false);
          if (line === undefined || !this.#isForm) return CANCELLED;
          if (line === "" && !param.required) break;
          const value = typed(line, param.schema);
          const { type } = Object(param.schema) as { type?: unknown };
          const isNumber = [type].flat()
            .some((each) => each === "number" || each === "integer");
          if (line !== "" && !(isNumber && typeof value === "string")) {
            given.set(param.name, value);
            break;
          }
          prompt.print(
            `  ${param.name} has to be ${isNumber ? "a number" : "there"}. ` +
              "Ctrl-C gives up.",
          );
        }
        // After one that is left out, none has a position.
        if (!byName && !given.has(param.name)) break;
      }
    } finally {
      this.#isForm = false;
    }
    if (given.size === 0) return undefined;
    return byName ? Object.fromEntries(given) : [...given.values()];
  }

  /** The methods whose names have a part in them. */
  #listed(part: string): string {
    return this.#session.entries.filter(({ name }) => name.includes(part))
      .map(({ name, params, byName, summary }) => {
        const inner = params.map(formatParam).join(", ");
        const line = `  ${name}(${byName && inner ? `{ ${inner} }` : inner})`;
        const [first = ""] = summary?.trim().split("\n") ?? [];
        return first ? `${line}\n      ${first}` : line;
      }).join("\n");
  }

  #say(text: string): void {
    this.#prompt?.print(text);
  }

  #fail(text: string): void {
    this.#failed = true;
    this.#say(text);
  }
}

/** A form that was given up. */
const CANCELLED: unique symbol = Symbol();

/** A short value on one line, a long one on several. */
function shown(value: unknown = null): string {
  const line = written(value);
  return line.length <= 80 ? line : written(value, 2);
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
