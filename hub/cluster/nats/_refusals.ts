// Copyright 2026 the Wirekit authors. MIT license.

import { nameOf } from "./_keys.ts";

/** What the engine refuses. */
export interface Refusal {
  /** In the engine's own words, in a sentence that shows no name of a client. */
  readonly text: string;
  /** What an operator should do about it. */
  readonly cure: string;
  /** The name that a message was for, if it was for one: its JSON text. */
  readonly name?: string;
  /** Whether the hub can neither send nor hear without it. */
  readonly isFatal: boolean;
}

/** What a refusal is told as: what is refused, and what to do about it. */
export function wordsOf({ text, cure }: Refusal): string {
  return `${text} ${cure}`;
}

/** What to do about what is not known here. */
export const LOOK = "Look into the log of the NATS servers.";

/** What has to run. */
export const NEEDED =
  "The first hub of a cluster needs three servers with JetStream that run (in " +
  "a program as many as replicas says); later most of them are enough.";

/** What a server answers that has no leader yet, or is about to have one. */
const PASSING = [10008, 10009];
/** What is about an entry or a bucket, and tells who asked what it wanted to know. */
const ANSWERS = [10037, 10059, 10071, 10164];

/** What to do about what JetStream refuses, by its words. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/number of streams/i, "Let its account have two more (max_streams)."],
  [/consumers/i, "Let its account have more of them (max_consumers)."],
  [
    /max bytes/i,
    "Its buckets have no such limit: do not require one of its account " +
    "(max_bytes_required).",
  ],
  [/peers|replicas/i, NEEDED],
  [
    /resource|exceeded|storage/i,
    "Give their JetStream more room (max_file_store, or the limits of the " +
    "account), or free some.",
  ],
];

/** Returns the words by which JetStream refuses something, if an error is that. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code, message } = error;
  const isOne = typeof code === "number" && code >= 10_000 &&
    !PASSING.includes(code) && !ANSWERS.includes(code);
  if (!isOne) return undefined;
  return {
    text: `The NATS servers refuse to keep anything for this hub: ${message}.`,
    cure: CURES.find(([words]) => words.test(message))?.[1] ?? LOOK,
    isFatal: false,
  };
}

/**
 * Reads what a server says of something that it does not do.
 *
 * @param words The words of an `-ERR`.
 * @param prefix What the subjects of the cluster begin with.
 * @returns Nothing if it is about something else, such as the connection.
 */
export function readRefusal(
  words: string,
  prefix: string,
): Refusal | undefined {
  if (/^maximum subscriptions exceeded/i.test(words)) {
    return {
      text: `The NATS server lets this hub listen no more: ${words}.`,
      cure: "Allow its user more subscriptions: one for each client, and ten.",
      isFatal: true,
    };
  }
  const [, subject] =
    /^permissions violation for \w+ (?:to|using) "([^"]*)"/i.exec(words) ?? [];
  if (subject === undefined) return undefined;
  const names = `${prefix}.n.`;
  const keys = `$KV.${prefix}-names.`;
  const start = [names, keys].find((start) => subject.startsWith(start));
  const name = start === names
    ? nameOf(subject.slice(names.length))
    : undefined;
  return {
    // The last part is the name of a client.
    text: `The NATS server refuses what this hub needs: ${
      start === undefined ? words : words.replace(subject, `${start}>`)
    }.`,
    cure: "Allow its user to publish to and to subscribe to " +
      `${prefix}.>, $KV.${prefix}-names.>, $KV.${prefix}-nodes.>, ` +
      "$JS.API.> and _INBOX.>.",
    ...(name !== undefined && { name }),
    isFatal: name === undefined && subject.startsWith(`${prefix}.`),
  };
}

/** What is said while the servers do not decide, and what to do about it. */
export const UNDECIDED = {
  reason: "The NATS servers do not decide now who has which name.",
  cure: "Check that most of the NATS servers are running with JetStream on, " +
    "and that they reach each other: most of them have to agree.",
};

/** Why a member cannot act, and what an operator should do about that. */
export interface Cause {
  readonly reason: string;
  /** Nothing if the log has it already. */
  readonly cure?: string;
}

/** What is said if the others no longer know this node. */
export const EVICTED: Cause = {
  reason: "The other hubs have taken this one for dead.",
  cure: "Look whether this machine is overloaded, and give all hubs the same " +
    "lease.",
};

/** What is said if its lease ended though it asked in time. */
export const LATE: Cause = {
  reason: "This hub could not renew its lease in time.",
  cure: UNDECIDED.cure,
};

/** What is said if names that it has are not where it keeps them. */
export const ROBBED: Cause = {
  reason: "The NATS servers have lost who has which name.",
  cure: "Look whether their JetStream keeps its files (store_dir) while they " +
    "are started again.",
};

/** What is said if its lease ended while nothing of it ran. */
export function stoodStill(ms: number): Cause {
  return {
    reason: `This hub stood still for ${Math.round(ms / 1_000)} s, and could ` +
      "not renew its lease.",
    cure: "Look whether its process was stopped, or its machine suspended or " +
      "overloaded.",
  };
}
