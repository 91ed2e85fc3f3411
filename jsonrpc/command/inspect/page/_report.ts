// Copyright 2026 the Wirekit authors. MIT license.

/** What the page of the inspector is told, and what it asks for. */

/** How a param is typed in. */
export interface FieldReport {
  readonly name: string;
  /** Its type in words. */
  readonly type: string;
  /** What a person writes: text as it is, a number, or JSON. */
  readonly kind: "text" | "number" | "json";
  /** The only values, each as JSON. */
  readonly choices?: readonly string[];
  readonly required: boolean;
  readonly about?: string;
}

/** What can be called. */
export interface MethodReport {
  readonly name: string;
  readonly about?: string;
  /** Whether its params go by name, and not by position. */
  readonly byName: boolean;
  readonly fields: readonly FieldReport[];
}

/** The other end. */
export interface EndReport {
  /** Its URL, or its command line. */
  readonly place: string;
  readonly isProgram: boolean;
  readonly state: "starting" | "open" | "closed";
  /** Who it says that it is, and why it is closed. */
  readonly words: string;
  readonly methods: readonly MethodReport[];
}

/** A call, and what came of it. */
export interface CallReport {
  readonly number: number;
  readonly name: string;
  /** Its params as JSON; none has none. */
  readonly params?: string;
  /** What was typed into the fields of its form, if that was. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly isNotification: boolean;
  /** When it began, as `Date.now()` says. */
  readonly at: number;
  /** How long it took, in milliseconds; none while it waits. */
  readonly took?: number;
  /** What came before the result. */
  readonly progress: readonly string[];
  /** The result as JSON. */
  readonly result?: string;
  /** The result in words. */
  readonly words?: string;
  /** Why it has failed, and what else the error carries as JSON. */
  readonly fault?: string;
  readonly data?: string;
}

/** A message that has passed, or something that has happened to the other end. */
export interface MessageReport {
  readonly number: number;
  readonly direction: "in" | "out" | "none";
  /** When, as `Date.now()` says. */
  readonly at: number;
  /** Its method, or that of the call that it answers. */
  readonly title: string;
  /** What it says, for some methods. */
  readonly words?: string;
  /** The message as it is on the wire; cut if it is very long. */
  readonly text: string;
  /** How long it is on the wire, in characters. */
  readonly size: number;
}

/** What is new since the last report. */
export interface InspectReport {
  /** What the next report begins with. */
  readonly now: string;
  /** Whether what was known before is to be forgotten. */
  readonly isWhole: boolean;
  /** The other end, if it has changed. */
  readonly end?: EndReport;
  /** The calls that are new or have changed, by their numbers. */
  readonly calls: readonly CallReport[];
  /** The messages that are new. */
  readonly messages: readonly MessageReport[];
}

/** What a person wants. */
export type InspectOrder =
  | {
    readonly act: "call" | "notify";
    readonly name: string;
    /** What was typed into the fields. */
    readonly fields?: Readonly<Record<string, string>>;
    /** All params as JSON, instead. */
    readonly params?: string;
  }
  | { readonly act: "stop"; readonly number: number }
  | { readonly act: "start" };
