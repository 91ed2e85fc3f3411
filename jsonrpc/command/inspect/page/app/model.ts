// Copyright 2026 the Wirekit authors. MIT license.

/** What the page knows of the other end, and what people want of it. */
import { Retry } from "../../../../../pages/app/retry.ts";
import {
  get,
  listen,
  messageOf,
  post,
  Refused,
} from "../../../../../pages/app/server.ts";
import type {
  CallReport,
  EndReport,
  InspectOrder,
  InspectReport,
  MessageReport,
  MethodReport,
} from "../_report.ts";
import { jsonOf } from "./draft.ts";

/** How the page stands with its server. */
export type Connection = "connecting" | "live" | "lost" | "locked";

/** What has been typed for a method. */
export interface Draft {
  readonly fields: Readonly<Record<string, string>>;
  /** All params as JSON, if they are typed as such. */
  readonly json?: string | undefined;
}

/** The name of what is not in the list. */
export const OTHER = "";

/** The most messages that are kept. */
const MAX_MESSAGES = 1_000;

/** What the page knows. */
export class Model {
  connection: Connection = "connecting";
  end: EndReport | undefined;
  calls: readonly CallReport[] = [];
  messages: readonly MessageReport[] = [];
  /** The name of the method whose form is shown. */
  chosen: string | undefined;
  /** The number of the call whose outcome is shown. */
  shown: number | undefined;
  /** Why the server did not take what was asked last. */
  fault = "";
  /** The method that is not in the list, and whether it gets no answer. */
  other = { name: "", isNotification: false };
  readonly #draw: () => void;
  readonly #drafts = new Map<string, Draft>();
  #proof = "";
  readonly #retry = new Retry(() => this.start());
  #stop = () => {};

  constructor(draw: () => void) {
    this.#draw = draw;
    addEventListener("hashchange", () => void this.start());
  }

  /** Begins, or begins again. */
  async start(): Promise<void> {
    this.#retry.stop();
    this.#stop();
    const token = location.hash.slice(1);
    // Neither the history nor a bookmark keeps it.
    if (token) history.replaceState(null, "", "./");
    try {
      const session = token
        ? await post("session", { token }).catch(() => get("api/session"))
        : await get("api/session");
      this.#proof = (session as { proof: string }).proof;
    } catch (error) {
      return error instanceof Refused ? this.#turn("locked") : this.#lost();
    }
    this.#stop = listen<InspectReport>(
      (report) => this.#take(report),
      () => this.#lost(),
    );
  }

  /** The method whose form is shown, if the other end has told of it. */
  get method(): MethodReport | undefined {
    return this.end?.methods.find(({ name }) => name === this.chosen);
  }

  /** The call whose outcome is shown. */
  get call(): CallReport | undefined {
    return this.calls.find(({ number }) => number === this.shown);
  }

  /** Shows the form of a method, and how it ended last. */
  choose(name: string): void {
    this.chosen = name;
    this.fault = "";
    this.shown = this.calls.findLast((call) => this.#nameOf(call) === name)
      ?.number;
    this.#draw();
  }

  /** What has been typed for the method whose form is shown. */
  get draft(): Draft {
    return this.#drafts.get(this.chosen ?? OTHER) ?? { fields: {} };
  }

  /** Keeps what is typed. */
  type(draft: Draft): void {
    this.#drafts.set(this.chosen ?? OTHER, draft);
    this.fault = "";
    this.#draw();
  }

  /** Keeps what is typed of the method that is not in the list. */
  typeOther(other: Partial<Model["other"]>): void {
    this.other = { ...this.other, ...other };
    this.#draw();
  }

  /** Calls the method whose form is shown. */
  async submit(): Promise<void> {
    const { method, draft, other } = this;
    const { fields, json } = draft;
    if (!method) {
      return await this.#order({
        act: other.isNotification ? "notify" : "call",
        name: other.name.trim(),
        params: json ?? "",
      });
    }
    const { name } = method;
    if (json !== undefined) {
      return await this.#order({ act: "call", name, params: json });
    }
    const typed = method.fields.flatMap(({ name, kind, required, choices }) => {
      const text = fields[name] ?? "";
      const isGiven = text !== "" || required && kind === "text" && !choices;
      return isGiven ? [[name, text]] : [];
    });
    await this.#order({ act: "call", name, fields: Object.fromEntries(typed) });
  }

  /** Shows a call of before, and what was typed for it. */
  look(call: CallReport): void {
    const { number, params, fields, isNotification, name } = call;
    this.chosen = this.#nameOf(call);
    this.shown = number;
    this.fault = "";
    if (this.chosen === OTHER) this.other = { name, isNotification };
    const json = params ?? "";
    this.#drafts.set(this.chosen, fields ? { fields } : { fields: {}, json });
    this.#draw();
  }

  /** Writes what was typed into the fields as JSON, or back. */
  turnJson(): void {
    const { method, draft } = this;
    if (!method) return;
    this.type(
      draft.json === undefined
        ? { ...draft, json: jsonOf(method, draft.fields) }
        : { fields: draft.fields },
    );
  }

  /** Gives a call up. */
  stop(number: number): Promise<void> {
    return this.#order({ act: "stop", number });
  }

  /** Starts the program once more, or connects again. */
  restart(): Promise<void> {
    return this.#order({ act: "start" });
  }

  /** Empties the list of messages. */
  clear(): void {
    this.messages = [];
    this.#draw();
  }

  async #order(order: InspectOrder): Promise<void> {
    this.fault = "";
    try {
      const { number } = await post("api/act", order, this.#proof) as {
        number?: number;
      };
      if (number !== undefined) this.shown = number;
    } catch (error) {
      this.fault = messageOf(error);
      if (error instanceof Refused && error.status === 401) void this.start();
    }
    this.#draw();
  }

  #nameOf({ name }: CallReport): string {
    const isListed = this.end?.methods.some((method) => method.name === name);
    return isListed ? name : OTHER;
  }

  #take({ isWhole, end, calls, messages }: InspectReport): void {
    if (end) this.end = end;
    const known = new Map(
      isWhole ? [] : this.calls.map((call) => [call.number, call]),
    );
    for (const call of calls) known.set(call.number, call);
    this.calls = [...known.values()].sort((a, b) => a.number - b.number);
    this.messages = [...isWhole ? [] : this.messages, ...messages]
      .slice(-MAX_MESSAGES);
    if (end?.state === "open" && !this.method) {
      this.chosen = end.methods[0]?.name ?? OTHER;
    }
    this.#retry.worked();
    this.#turn("live");
  }

  #lost(): void {
    this.#retry.again();
    this.#turn("lost");
  }

  #turn(connection: Connection): void {
    this.connection = connection;
    this.#draw();
  }
}
