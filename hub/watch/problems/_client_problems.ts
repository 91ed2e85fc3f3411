// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Party } from "../../exchange/_party.ts";
import type { Member } from "../../exchange/participant.ts";
import { limitOf, type WatchedHub } from "../_hub.ts";
import {
  type Census,
  FULL_OUTBOX,
  SLOW_ANSWER,
  stateOf,
} from "../figures/_census.ts";
import type { Ends } from "../figures/_ends.ts";
import type { Found } from "./_found.ts";

/** How long a client may wait for its name before somebody should know. */
const LONG_HOLD = 60_000;

/** How long a client that was lost to a fault is missed. */
const MISSED = 3_600_000;

/** Clients that a fault has ended, and that are not back. */
export function* missingClients(
  { exchange }: WatchedHub,
  ends: Ends,
): Generator<Found, void> {
  for (const [name, { kind, at, reason }] of ends.all()) {
    if (kind !== "deaf" && kind !== "slow" && kind !== "silent") continue;
    if (Date.now() - at > MISSED || exchange.has(name)) continue;
    const cures = {
      deaf: "Its program has to call start() again; and find out who asks " +
        `${name} for a route that it does not have.`,
      slow: "Find out why its program does not read, or send it less.",
      silent: "Check whether its program hangs, or its machine is gone.",
    };
    yield {
      id: `${kind}:${name}`,
      severity: "error",
      since: at,
      text: kind === "deaf"
        ? `${name} has been deaf since ${
          clockTime(at)
        }: it was asked for a route ` +
          "that it does not have, and no longer listens."
        : `${name} was dropped at ${clockTime(at)}: ${reason}.`,
      cure: cures[kind],
    };
  }
}

/** Clients that do not read, do not answer, or wait for their name. */
export function* troubledClients(
  hub: WatchedHub,
  census: Census,
): Generator<Found, void> {
  const { exchange } = hub;
  const full = FULL_OUTBOX * limitOf(hub, "maxOutboxBytes");
  const now = performance.now();
  const held = new Map<string, { count: number; since: number }>();
  for (const member of exchange.members) {
    if (census.held > 0 && stateOf(member) === "held") {
      const wait = held.get(member.name!) ??
        { count: 0, since: member.since };
      wait.count++;
      held.set(member.name!, wait);
    }
    const { flow } = member.about;
    const { firstAsked } = member as Party;
    // Of most there is nothing to tell.
    if (
      flow && flow.outboxBytes > full ||
      firstAsked && now - firstAsked.since >= SLOW_ANSWER
    ) yield* problemsOf(member, full, now);
  }
  for (const [name, { count, since }] of held) {
    const ms = now - since;
    if (ms < LONG_HOLD) continue;
    const who = count === 1 ? "1 client waits" : `${count} clients wait`;
    yield {
      id: `held:${name}`,
      severity: "warning",
      count,
      since: Math.round(Date.now() - ms),
      ...exchange.isUndecided(name)
        ? {
          text: `${who} for the name ${name}: nobody can say now whether it ` +
            "is free.",
          cure:
            "Nothing to do here: it is settled once the other hubs can be reached.",
        }
        : {
          text: `${who} for the name ${name}, which another client has.`,
          cure: `Stop one of them, or pass the name on: disconnect ${name}.`,
        },
    };
  }
}

function* problemsOf(
  member: Member,
  full: number,
  now: number,
): Generator<Found, void> {
  const { name = "A client without a name", number, about, answering } = member;
  const { outboxBytes = 0 } = about.flow ?? {};
  if (outboxBytes > full) {
    yield {
      id: `outbox:${number}`,
      severity: "warning",
      text: `${name} reads too slowly: ${outboxBytes} bytes wait for it.`,
      cure: "Find out why its program does not read; it is dropped when more " +
        "than --max-outbox wait.",
    };
  }
  const { firstAsked } = member as Party;
  const age = firstAsked ? now - firstAsked.since : 0;
  if (age < SLOW_ANSWER) return;
  yield {
    id: `silence:${number}`,
    severity: "warning",
    count: answering,
    text: `${name} has not answered ${
      answering === 1 ? "a request" : `${answering} requests, the oldest`
    } for ${Math.round(age / 60_000)} min.`,
    cure: "Check whether its route hangs: the caller has most likely given up.",
  };
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 5);
}
