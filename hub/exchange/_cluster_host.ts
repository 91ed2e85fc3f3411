// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Host } from "../cluster/_host.ts";
import type { Claims } from "./names/_claims.ts";
import type { Names } from "./names/_names.ts";
import type { Party } from "./_party.ts";
import type { Requests } from "./_requests.ts";
import { fault } from "./fault.ts";
import type { Totals } from "./totals.ts";

/** What an exchange does for participants of other nodes as for its own. */
interface Passing extends
  Pick<
    Host,
    "ask" | "answer" | "fail" | "cancel" | "inform" | "leave"
  > {
  readonly totals: Totals;
}

/** What belongs to an exchange. */
interface Inside {
  readonly names: Names<Party>;
  readonly claims: Claims;
  readonly requests: Requests;
  warn(text: string): void;
}

/** Returns what other nodes of a cluster make of an exchange. */
export function hostOf(
  exchange: Passing,
  { names, claims, requests, warn }: Inside,
): Host {
  return {
    warn,
    here: (name) => names.holder(name),
    ask: (from, to, uuid, kind, content, tag) =>
      exchange.ask(from, to, uuid, kind, content, tag),
    answer: (question, kind, content) =>
      exchange.answer(question, kind, content),
    fail: (question, reason) => exchange.fail(question, reason),
    cancel: (question) => exchange.cancel(question),
    inform: (...information) => exchange.inform(...information),
    leave: (member) => exchange.leave(member),
    won: (name) => claims.won(name),
    held: (name) => claims.held(name),
    lost: (name) => {
      const party = claims.lost(name);
      if (!party) return;
      const text = "Another node of the cluster has the name.";
      requests.abandonAsked(party, fault("NotReady", text));
      requests.failUnanswered(party);
      claims.hold(party, name);
    },
    figures: () => {
      const { requests, informs, errors, failures } = exchange.totals;
      const clients = [...names.keys()].length;
      return { clients, requests, informs, errors: errors + failures };
    },
  };
}
