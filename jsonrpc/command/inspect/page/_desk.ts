// Copyright 2026 the Wirekit authors. MIT license.

/** What the page of the inspector shows, and what is done there. */

import { settled } from "@wirekit/internal/clock";
import { printable, toJson } from "@wirekit/internal/command";
import type { ReportSource } from "@wirekit/transport/pages";
import type { LogEntry } from "../../../wire/log.ts";
import { written } from "../../_written.ts";
import { Asked } from "../_asked.ts";
import type { Outcome, Session } from "../_session.ts";
import { methodReport, paramsOfFields, paramsOfJson } from "./_field.ts";
import type {
  CallReport,
  EndReport,
  InspectReport,
  MessageReport,
} from "./_report.ts";

/** The most that is remembered, and how many characters of each of both. */
const MAX_CALLS = 500;
const MAX_MESSAGES = 1_000;
const MAX_CHARS = 8_000_000;

/** The longest text of a message and of a result, in characters. */
const MAX_TEXT = 200_000;

/** How many characters of messages go in one report. */
const MAX_REPORT_CHARS = 1_000_000;

/** The most calls that run at a time. */
const MAX_RUNNING = 100;

/** How long a page without news waits for a sign of life, in milliseconds. */
const BEAT_INTERVAL = 10_000;

/** A program or a server that was greeted. Disposing says goodbye. */
export interface Opened extends AsyncDisposable {
  readonly session: Session;
}

/** Is told of each message, and what it says in words. */
export type Hear = (entry: LogEntry, words: string | undefined) => void;

/** What a page is about. */
export interface DeskOptions {
  /** The URL, or the command line. */
  readonly place: string;
  readonly isProgram: boolean;
  /** Opens and greets the other end. */
  start(hear: Hear): Promise<Opened>;
}

/** Reports that an order cannot be carried out now: the message says why. */
export class NotNow extends Error {}

/** Something that is shown, and when it has changed. */
interface Shown<T> {
  version: number;
  report: T;
}

/** The other end, the calls, and the messages. */
export class Desk implements ReportSource, AsyncDisposable {
  readonly #options: DeskOptions;
  readonly #calls = new Map<number, Shown<CallReport>>();
  readonly #running = new Map<number, AbortController>();
  readonly #waiting = new Set<() => void>();
  readonly #asked = new Asked();
  #messages: Shown<MessageReport>[] = [];
  /** How many characters there are in all messages, and in all calls. */
  #messageChars = 0;
  #callChars = 0;
  #version = 0;
  #lastCall = 0;
  #lastMessage = 0;
  #end: Shown<EndReport>;
  #opened: Opened | undefined;
  #isOver = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { place, isProgram } = options;
    this.#end = {
      version: 0,
      report: { place, isProgram, state: "closed", words: "", methods: [] },
    };
  }

  /** Opens and greets the other end, also once more. */
  async start(): Promise<void> {
    if (this.#end.report.state === "starting") {
      throw new NotNow("It is being started.");
    }
    this.#become({ state: "starting", words: "", methods: [] });
    await this.#close();
    this.#asked.clear();
    let opened: Opened;
    try {
      opened = await this.#options.start((...heard) => this.#heard(...heard));
    } catch (error) {
      const words = shown((error as Error).message);
      this.#become({ state: "closed", words });
      throw error;
    }
    if (this.#isOver) return await opened[Symbol.asyncDispose]();
    this.#opened = opened;
    const { greeting, remark, entries, closed } = opened.session;
    this.#become({
      state: "open",
      // Of a long greeting, only the start is in sight.
      words: shown([remark, greeting].filter(Boolean).join("\n")),
      methods: entries.map(methodReport),
    });
    void closed?.then((how) => {
      if (this.#opened !== opened || this.#isOver) return;
      this.#become({ state: "closed", words: shown(`${how}.`) });
      this.#note({ direction: "none", title: how }, "");
    });
  }

  /** See {@linkcode ReportSource.next}. */
  async next(since: string, signal: AbortSignal): Promise<InspectReport> {
    if (since !== "" && this.#version <= Number(since)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await settled(promise, BEAT_INTERVAL);
      this.#waiting.delete(resolve);
      signal.throwIfAborted();
    }
    return this.#report(since);
  }

  /**
   * Does what a person wants.
   *
   * @param order An `InspectOrder`, if it is one.
   * @returns The number of a call.
   * @throws {SyntaxError} If it is no order.
   * @throws {NotNow} If it cannot be carried out.
   */
  act(order: unknown): number | undefined {
    const { act, name, fields, params, number } = Object(order) as Record<
      string,
      unknown
    >;
    if (act === "start") {
      this.start().catch(() => {});
      return undefined;
    }
    if (act === "stop") {
      this.#running.get(Number(number))?.abort(new Error("Given up"));
      return undefined;
    }
    const isCall = act === "call";
    if (!isCall && act !== "notify" || typeof name !== "string" || !name) {
      throw new SyntaxError("The order has to name a method.");
    }
    const { session } = this.#opened ?? {};
    if (!session || this.#end.report.state !== "open") {
      throw new NotNow("There is no connection.");
    }
    if (this.#running.size >= MAX_RUNNING) {
      throw new NotNow(`${MAX_RUNNING} calls are under way.`);
    }
    const entry = session.find(name) ?? { name, params: [], byName: false };
    const given = typeof params === "string"
      ? paramsOfJson(params)
      : paramsOfFields(Object(fields), entry);
    const begun = this.#begin(name, toJson(given), {
      isNotification: !isCall,
      ...(typeof params !== "string" && { fields: textsOf(fields) }),
    });
    const stop = new AbortController();
    this.#running.set(begun, stop);
    const ended = isCall
      ? session.ask(entry, given, {
        signal: stop.signal,
        onProgress: (words) => this.#progress(begun, words),
      })
      : session.notify(name, given).then(
        () => ({ took: 1 }),
        ({ message }) => ({ took: 1, fault: message }),
      );
    void ended.then((outcome) => this.#ended(begun, outcome));
    return begun;
  }

  /** Gives up all calls, and says goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#close();
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    for (const call of this.#running.values()) call.abort(new Error("Ended"));
    await opened?.[Symbol.asyncDispose]();
  }

  #report(since: string): InspectReport {
    const from = Number(since || -1);
    const messages: MessageReport[] = [];
    let now = this.#version;
    let chars = 0;
    for (const { version, report } of this.#messages) {
      if (version <= from) continue;
      chars += report.text.length;
      if (chars > MAX_REPORT_CHARS && messages.length > 0) break;
      messages.push(report);
      now = version;
    }
    if (messages.at(-1) === this.#messages.at(-1)?.report) now = this.#version;
    const { version, report } = this.#end;
    return {
      now: `${now}`,
      isWhole: since === "",
      ...(version > from && { end: report }),
      calls: [...this.#calls.values()].filter(({ version }) => version > from)
        .map(({ report }) => report),
      messages,
    };
  }

  #become(more: Partial<EndReport>): void {
    const report = { ...this.#end.report, ...more };
    this.#end = { version: this.#changed(), report };
  }

  #begin(
    name: string,
    params: string,
    more: Pick<CallReport, "isNotification" | "fields">,
  ): number {
    const number = ++this.#lastCall;
    const report: CallReport = {
      number,
      name,
      ...(params !== "" && { params: shown(params) }),
      ...more,
      at: Date.now(),
      progress: [],
    };
    this.#calls.set(number, { version: this.#changed(), report });
    this.#callChars += sizeOf(report);
    this.#forget();
    return number;
  }

  #progress(number: number, words: string): void {
    const call = this.#calls.get(number);
    if (!call) return;
    const progress = [...call.report.progress.slice(-99), shown(words)];
    this.#change(number, { progress });
  }

  #ended(number: number, outcome: Outcome): void {
    this.#running.delete(number);
    const { took, result, words, fault, data } = outcome;
    const text = fault === undefined ? shown(written(result, 2)) : "";
    this.#change(number, {
      took,
      ...(text !== "" && { result: text }),
      ...(words !== undefined && { words: shown(words) }),
      ...(fault !== undefined && { fault: shown(fault) }),
      ...(data !== undefined && { data: shown(written(data, 2)) }),
    });
  }

  #change(number: number, more: Partial<CallReport>): void {
    const call = this.#calls.get(number);
    if (!call) return;
    const report = { ...call.report, ...more };
    this.#callChars += sizeOf(report) - sizeOf(call.report);
    call.report = report;
    call.version = this.#changed();
    this.#forget();
  }

  #heard(entry: LogEntry, words: string | undefined): void {
    const { direction, wire } = entry;
    const { title, stray } = this.#asked.note(entry);
    const said = stray ?? words?.slice(0, 2_000);
    const more = said === undefined ? {} : { words: shown(said) };
    this.#note({ direction, title, ...more }, String(wire));
    if (stray === undefined) return;
    for (const number of this.#running.keys()) this.#progress(number, stray);
  }

  #note(
    about: Pick<MessageReport, "direction" | "title" | "words">,
    text: string,
  ): void {
    const { direction, title, words } = about;
    const report = {
      number: ++this.#lastMessage,
      direction,
      at: Date.now(),
      title: shown(title.slice(0, 200)),
      ...(words !== undefined && { words }),
      text: shown(text),
      size: text.length,
    };
    this.#messages.push({ version: this.#changed(), report });
    this.#messageChars += report.text.length;
    this.#forget();
  }

  /** Forgets what is oldest. */
  #forget(): void {
    const messages = this.#messages;
    let from = Math.max(0, messages.length - MAX_MESSAGES);
    for (let i = 0; i < from; i++) {
      this.#messageChars -= messages[i]!.report.text.length;
    }
    while (this.#messageChars > MAX_CHARS && from < messages.length) {
      this.#messageChars -= messages[from++]!.report.text.length;
    }
    if (from > 0) this.#messages = messages.slice(from);
    for (const [number, { report }] of this.#calls) {
      const isTooMuch = this.#calls.size > MAX_CALLS ||
        this.#callChars > MAX_CHARS;
      // Of the last one, its end is still looked at.
      if (!isTooMuch || number === this.#lastCall) break;
      if (this.#running.has(number)) continue;
      this.#calls.delete(number);
      this.#callChars -= sizeOf(report);
    }
  }

  #changed(): number {
    for (const resolve of this.#waiting) resolve();
    return ++this.#version;
  }
}

function cut(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT)} … cut: ${text.length} characters in all`;
}

/** A text of a stranger, in which nothing turns its letters around. */
function shown(text: string): string {
  return printable(cut(text.replaceAll("\r\n", "\n")));
}

/** How many characters of a call are remembered. */
function sizeOf(report: CallReport): number {
  const { params, fields = {}, progress, result, words, fault, data } = report;
  return [
    ...[params, result, words, fault, data],
    ...Object.values(fields),
    ...progress,
  ].reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

function textsOf(fields: unknown): Record<string, string> {
  const texts = Object.entries(Object(fields))
    .filter((field): field is [string, string] => typeof field[1] === "string")
    .map(([name, text]) => [name, cut(text)]);
  return Object.fromEntries(texts);
}
