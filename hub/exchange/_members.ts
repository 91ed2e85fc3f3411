// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { CloseError } from "@wirekit/transport/transport";
import type { Pass } from "../access/pass.ts";
import type { BlockedNames } from "./names/_blocked_names.ts";
import type { Claims } from "./names/_claims.ts";
import type { Directory } from "./names/_directory.ts";
import type { Edges } from "./_edges.ts";
import { HUB } from "./names/_name_rules.ts";
import type { Parties } from "./_parties.ts";
import { Party } from "./_party.ts";
import type { Permissions } from "./_permissions.ts";
import type { Requests } from "./_requests.ts";
import type { Sampling } from "./_sampling.ts";
import { plain } from "./_verdicts.ts";
import type { Fault } from "./fault.ts";
import type { About, End, EndKind, Participant } from "./participant.ts";

/** What is told, changed or freed when somebody comes or goes. */
interface Parts {
  readonly parties: Parties;
  readonly directory: Directory;
  readonly permissions: Permissions;
  readonly claims: Claims;
  readonly blocked: BlockedNames;
  readonly requests: Requests;
  readonly edges: Edges;
  readonly sampling: Sampling;
}

/** Lets participants in, and out again. */
export class Members {
  readonly #parts: Parts;
  /** How many there were. */
  #count = 0;

  /** Makes it for an exchange, of whose parts it needs these. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** See `Exchange.enter`. */
  enter(
    participant: Participant,
    about: About | undefined,
    now: number,
  ): Party {
    const party = new Party(this.#count++, participant, about, now);
    this.#parts.parties.add(party);
    return party;
  }

  /** See `Exchange.host`. */
  host(participant: Participant): Party {
    const party = new Party(this.#count++, participant);
    party.call(HUB);
    party.active = true;
    return this.#parts.directory.self = party;
  }

  /** See `Exchange.renewPasses`. */
  renewPasses(renewed: (pass: Pass) => Pass | undefined): void {
    const { parties, permissions } = this.#parts;
    for (const party of [...parties]) {
      const { given, name } = party;
      if (!given) continue;
      const pass = renewed(given);
      if (pass && (name === undefined || pass.mayTake(plain(name)))) {
        permissions.allow(party, pass);
      } else this.drop(party, 1008, "Its token is not valid any more");
    }
  }

  /** See `Exchange.block`. */
  block(name: string, ms: number, now: number): Fault | undefined {
    const { blocked, parties } = this.#parts;
    const refusal = blocked.block(name, ms, now);
    if (refusal || ms === 0) return refusal;
    // The holder last, or the next one would have the name for a moment.
    const all = [...parties].filter((party) => party.name === name)
      .sort((a, b) => Number(a.active) - Number(b.active));
    for (const party of all) {
      this.drop(party, 1008, "Its name is blocked", "operator");
    }
    return undefined;
  }

  /** See `Exchange.drop`. */
  drop(
    party: Party,
    code: number,
    reason: string,
    kind: EndKind = "refused",
  ): void {
    party.gone = true;
    party.participant.end(new CloseError(code, { reason }));
    this.leave(party, { kind, reason });
  }

  /** See `Exchange.leave`. */
  leave(party: Party, end: End): void {
    const { requests, edges, claims, parties, sampling } = this.#parts;
    party.gone = true;
    requests.cancelAsked(party);
    requests.failUnanswered(party);
    edges.forget(party);
    claims.release(party, end);
    if (parties.delete(party)) sampling.observer?.left(party, end);
  }
}
