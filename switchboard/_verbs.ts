// Copyright 2026 the Wirekit authors. MIT license.

/** What the hub itself can be asked for, in protocols that call by method. */

import { type Fault, fault, type JsonSlice } from "@wirekit/hub/hub";
import type { Guest } from "./guest/_guest.ts";
import type { Outcome } from "./guest/_call.ts";

/** Each verb, with its params in their order. */
const VERBS: Record<string, readonly string[]> = {
  join: ["name", "token", "source"],
  request: ["to", "route", "data"],
  inform: ["data", "to"],
  announce: ["routes"],
};

/** Who uses the verbs. */
export interface Actor {
  /** Its participant; or why it has none that may ask. */
  guest(): Guest | Fault;
  /**
   * Takes a name, or waits for it.
   *
   * @param done Is called once with why it is refused, if it is, and with
   * whether it waits.
   */
  join(
    claim: Claim,
    done: (refused: Fault | undefined, held: boolean) => void,
  ): void;
}

/** What one says to take a name. */
export interface Claim {
  readonly name: string;
  /** The secret that it sends. */
  readonly token?: string | undefined;
  /** The param in which it gets the name of the caller. */
  readonly source?: string | undefined;
}

/** Whether there is such a verb. */
export function isVerb(verb: string): boolean {
  return Object.hasOwn(VERBS, verb);
}

/**
 * Does what a verb says.
 *
 * @param end Is called once with the outcome, maybe before this returns.
 * @returns Cancels it, if it takes time.
 */
export function act(
  actor: Actor,
  verb: string,
  params: JsonSlice | undefined,
  end: (outcome: Outcome) => void,
): (() => void) | undefined {
  const refuse = (trouble: Fault) => void end({ trouble });
  const given = paramsOf(VERBS[verb]!, params);
  if (typeof given === "string") return refuse(bad(given));
  if (verb === "join") return join(actor, given, end);
  const guest = actor.guest();
  if ("code" in guest) return refuse(guest);
  if (verb === "request") return request(guest, given, end);
  const data = given.get(verb === "inform" ? "data" : "routes");
  if (!data) {
    return refuse(bad(`${verb === "inform" ? "data" : "routes"} is missing.`));
  }
  if (verb === "announce") {
    const refused = guest.announce(data.text);
    return refused ? refuse(refused) : void end({ data: "null" });
  }
  const names = namesOf(given.get("to"));
  if (typeof names === "string") return refuse(bad(names));
  const told = guest.inform(data.text, names);
  if (typeof told !== "number") return refuse(told);
  return void end({ data: `{"receivers":${told}}` });
}

function join(
  actor: Actor,
  given: Map<string, JsonSlice>,
  end: (outcome: Outcome) => void,
): undefined {
  const name = given.get("name")?.string();
  if (name === undefined) {
    end({ trouble: bad("name has to be a string.") });
    return undefined;
  }
  const texts: Record<string, string> = {};
  for (const key of ["token", "source"]) {
    const slice = given.get(key);
    if (!slice || slice.text === "null") continue;
    const text = slice.string();
    if (text === undefined) {
      end({ trouble: bad(`${key} has to be a string.`) });
      return undefined;
    }
    texts[key] = text;
  }
  const { token, source } = texts;
  actor.join({ name, token, source }, (trouble, hold) => {
    if (trouble) return end({ trouble });
    end({ data: `{"name":${JSON.stringify(name)},"hold":${hold}}` });
  });
  return undefined;
}

function request(
  guest: Guest,
  given: Map<string, JsonSlice>,
  end: (outcome: Outcome) => void,
): (() => void) | undefined {
  const to = given.get("to")?.string();
  const route = given.get("route")?.string();
  if (to === undefined || route === undefined) {
    end({ trouble: bad("to and route have to be strings.") });
    return undefined;
  }
  return guest.ask(to, route, given.get("data")?.text ?? "{}", end);
}

/** Reads params by name or by position. */
function paramsOf(
  names: readonly string[],
  params: JsonSlice | undefined,
): Map<string, JsonSlice> | string {
  const all = names.join(", ");
  if (!params || params.text === "null") return new Map();
  if (params.kind === "object") return params.members();
  if (params.kind !== "array") {
    return `The params are by name or position: ${all}.`;
  }
  const items = params.items();
  if (items.length > names.length) return `There are more params than ${all}.`;
  return new Map(items.map((item, n) => [names[n]!, item]));
}

/**
 * Reads the receivers of information: all, if it does not say whom, and nobody
 * if it says so.
 */
export function namesOf(
  to: JsonSlice | undefined,
): string[] | string | undefined {
  const bad = "to has to be a name or a list of names.";
  if (!to || to.text === "null") return undefined;
  const single = to.string();
  if (single !== undefined) return [single];
  if (to.kind !== "array") return bad;
  const names = to.items().map((item) => item.string());
  return names.every((name) => name !== undefined) ? names : bad;
}

function bad(text: string): Fault {
  return fault("InvalidData", text);
}
