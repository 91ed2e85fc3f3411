// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BlockedNames } from "./_blocked_names.ts";
import type { NameRules } from "./_name_rules.ts";
import type { Names } from "./_names.ts";
import type { Party } from "../_party.ts";
import type { Permissions } from "../_permissions.ts";
import { type Fault, fault } from "../fault.ts";
import type { End } from "../participant.ts";

/** Is told that a name was taken, held or given up. */
export type TellName = (
  event: "join" | "hold" | "leave",
  party: Party,
  name: string,
  end?: End,
) => void;

/** What decides about a claim. */
interface Deciders {
  readonly names: Names<Party>;
  readonly rules: NameRules;
  readonly blocked: BlockedNames;
  readonly permissions: Permissions;
}

const TAKEN: End = {
  kind: "closing",
  reason: "another node of the cluster has the name",
};

/** Gives names to those who claim them, one after the other. */
export class Claims {
  readonly #by: Deciders;
  readonly #names: Names<Party>;
  readonly #tell: TellName;

  constructor(by: Deciders, tell: TellName) {
    this.#by = by;
    this.#names = by.names;
    this.#tell = tell;
  }

  /** Claims a name, and gives up the one before; returns why it is refused. */
  claim(party: Party, name: string, now: number): Fault | undefined {
    const { rules, blocked, permissions } = this.#by;
    const broken = rules.check(name, party);
    if (broken) return broken;
    if (blocked.has(name, now)) {
      return fault("NameRefused", `The name ${name} is blocked for now.`);
    }
    const refusal = permissions.refusalToTake(party, name);
    if (refusal) return refusal;
    if (party.name !== name) this.release(party);
    party.call(name);
    if (party.given) permissions.allow(party, party.given);
    const names = this.#names;
    party.active = names.claim(name, party);
    if (party.active) this.#tell("join", party, name);
    // In a cluster the others are asked first, unless one has it here.
    else if (
      !names.registry || names.holder(name) || names.first(name)?.held
    ) {
      party.held = true;
      this.#tell("hold", party, name);
    }
    return undefined;
  }

  /** Takes the name from a party, and gives it to the next that waits for it. */
  release(party: Party, end?: End): void {
    const { name, active } = party;
    if (name === undefined) return;
    party.held = false;
    const heir = this.#names.release(name, party);
    if (!active) return;
    party.active = false;
    this.#tell("leave", party, name, end);
    if (heir) this.#admit(heir, name);
  }

  #admit(heir: Party, name: string): void {
    heir.active = true;
    heir.held = false;
    this.#tell("join", heir, name);
    heir.participant.admit();
  }

  // What other nodes decide.

  /** The name is this node's. */
  won(name: string): void {
    const heir = this.#names.won(name);
    if (heir) this.#admit(heir, name);
  }

  /** The name is another node's: those who wait for it are told. */
  held(name: string): void {
    for (const party of this.#names.waiting(name)) {
      if (!party.held) this.hold(party, name);
    }
  }

  /** The name is no longer this node's; returns who had it. */
  lost(name: string): Party | undefined {
    const party = this.#names.lost(name);
    if (!party) return undefined;
    party.active = false;
    this.#tell("leave", party, name, TAKEN);
    return party;
  }

  /** Tells a party that it has to wait for its name; one may leave instead. */
  hold(party: Party, name: string): void {
    party.held = true;
    party.participant.hold?.();
    if (!party.gone) this.#tell("hold", party, name);
  }
}
