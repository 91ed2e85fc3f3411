// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Pass } from "../access/pass.ts";
import type { Party } from "./_party.ts";
import { plain, Verdicts } from "./_verdicts.ts";
import { type Fault, fault } from "./fault.ts";

/** What participants may do: says no in one way, and tells of it. */
export class Permissions {
  readonly #onDenial: (text: string) => void;

  constructor(onDenial: (text: string) => void) {
    this.#onDenial = onDenial;
  }

  /** Says what a party may do, whatever name it has. */
  allow(party: Party, pass: Pass): void {
    const { name } = party;
    party.given = pass;
    party.pass = name === undefined ? pass : pass.named?.(plain(name)) ?? pass;
    party.verdicts = party.pass.mayReachAll
      ? undefined
      : new Verdicts(party.pass);
  }

  /** Returns why a party may not have a name. */
  refusalToTake(party: Party, name: string): Fault | undefined {
    const { given } = party;
    if (!given || given.mayTake(plain(name))) return undefined;
    return this.#deny(party, `be called ${short(name)}`);
  }

  /** Returns why a party may not ask another. */
  refusalToAsk(
    party: Party,
    name: string | undefined,
    route: string,
  ): Fault | undefined {
    if (!party.verdicts || party.verdicts.mayAsk({ name }, route)) {
      return undefined;
    }
    const what = route === "" ? "a function" : short(route);
    return this.#deny(party, `ask ${short(name ?? "null")} for ${what}`);
  }

  /** Returns why a party may not inform another, or all without a name. */
  refusalToInform(party: Party, name: string | undefined): Fault | undefined {
    const { verdicts, pass } = party;
    if (!verdicts) return undefined;
    if (name === undefined) {
      if (pass!.mayInform(undefined)) return undefined;
      return this.#deny(party, "inform all at once");
    }
    if (verdicts.mayInform(name)) return undefined;
    return this.#deny(party, `inform ${short(name)}`);
  }

  /** Returns why a party may not know whether somebody has a name. */
  refusalToSee(party: Party, name: string): Fault | undefined {
    const { verdicts, pass } = party;
    if (
      !verdicts || pass!.mayWatch || verdicts.mayAsk({ name }, "") ||
      verdicts.mayInform(name)
    ) return undefined;
    return this.#deny(party, `see ${short(name)}`);
  }

  /** Says that a pass does not allow something, and returns the same. */
  #deny({ name, pass }: Party, what: string): Fault {
    const who = name === undefined
      ? `A client with the token ${JSON.stringify(pass?.label)}`
      : short(name);
    const text = `${who} may not ${what}.`;
    this.#onDenial(text);
    return fault("NotAllowed", text);
  }
}

/** Cuts what a client made up, for a sentence. */
function short(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
