// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Order } from "../host/_actions.ts";
import type { PresenceBatch, PresenceReport } from "../reports/clients.ts";
import type { TailBatch } from "../reports/tail.ts";

/** What one hub says to another: a kind, and what belongs to it. */
export type Words =
  | ["ask", number: number, route: string, order: Order, by: string]
  | ["say", number: number, answer: unknown]
  | ["refuse", number: number, text: string]
  | ["hello", isAnswer: boolean, wants: boolean, blocks: [string, number][]]
  | ["routes", name: string, text: string]
  | ["wants", wants: boolean]
  | ["presence", batch: PresenceBatch]
  | ["tail", name: string | null, payload: boolean, batch: TailBatch]
  | ["look"];

/** Whether a value is what stands at its place. */
type Check = (value: unknown) => boolean;

const isNumber: Check = Number.isFinite;
const isText: Check = (value) => typeof value === "string";
/** What can stand in a log. */
const isLine: Check = (value) =>
  isText(value) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(`${value}`);
const isFlag: Check = (value) => typeof value === "boolean";
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isAnything: Check = () => true;
const isName: Check = (value) => isJson(value) && /^["\d-tf]/.test(`${value}`);

function isJson(value: unknown): boolean {
  try {
    JSON.parse(value as string);
    return isText(value);
  } catch {
    return false;
  }
}

const isBlocks: Check = (value) =>
  Array.isArray(value) &&
  value.every((each) =>
    Array.isArray(each) && isName(each[0]) && isNumber(each[1])
  );

const EVENTS: Record<PresenceReport["event"], true> = {
  join: true,
  hold: true,
  leave: true,
};

function isEvent(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { at, event, name, reason = "", node = "" } = value;
  return isNumber(at) && isText(event) && Object.hasOwn(EVENTS, `${event}`) &&
    [name, reason, node].every(isText);
}

const isBatch: Check = (value) =>
  isRecord(value) && isNumber(value["left"]) &&
  Array.isArray(value["events"]) && value["events"].every(isEvent);

const isNameOrNone: Check = (value) => value === null || isText(value);

/** What members of a row are: those that each has, and those that it may have. */
const ROW: readonly [Check, required: string[], optional: string[]][] = [
  [isNumber, ["id", "at", "bytes"], ["receivers", "answerBytes", "took"]],
  [isText, ["from"], ["to", "route", "reason", "data", "answer"]],
  [isText, [], ["node", "toNode"]],
  [isOneOf("request", "inform"), ["kind"], []],
  [isOneOf("answer", "error", "failure"), [], ["outcome"]],
];

function isOneOf(...words: string[]): Check {
  return (value) => words.includes(value as string);
}

function isRow(value: unknown): boolean {
  return isRecord(value) &&
    ROW.every(([fits, required, optional]) =>
      required.every((key) => fits(value[key])) &&
      optional.every((key) => value[key] === undefined || fits(value[key]))
    );
}

const isTail: Check = (value) =>
  isRecord(value) && isNumber(value["left"]) &&
  Array.isArray(value["rows"]) && value["rows"].every(isRow);

/** What belongs to each kind. */
const KINDS: { readonly [Kind in Words[0]]: readonly Check[] } = {
  ask: [isNumber, isText, isRecord, isLine],
  say: [isNumber, isAnything],
  refuse: [isNumber, isText],
  hello: [isFlag, isFlag, isBlocks],
  routes: [isName, isJson],
  wants: [isFlag],
  presence: [isBatch],
  tail: [isNameOrNone, isFlag, isTail],
  look: [],
};

/**
 * Reads what another hub says.
 *
 * @param text What it sent.
 * @returns What it says; nothing if no hub says that.
 */
export function readWords(text: string): Words | undefined {
  let words: unknown;
  try {
    words = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(words)) return undefined;
  const [kind, ...rest] = words;
  if (!isText(kind) || !Object.hasOwn(KINDS, kind)) return undefined;
  const checks = KINDS[kind as Words[0]];
  const isOne = checks.every((check, index) => check(rest[index]));
  return isOne ? words as Words : undefined;
}
