// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Pass } from "../access/pass.ts";
import type { Content, Named } from "./participant.ts";

const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();

/** The most answers of a pass that are kept. */
const MAX_KEPT = 4_096;

/** The longest route for which an answer is kept, as JSON text. */
const MAX_LENGTH = 1_024;

/**
 * What the pass of one participant says about the others, kept, so that a
 * message costs a comparison: most of them go where the last one went.
 */
export class Verdicts {
  readonly #pass: Pass;
  readonly #kept = new Map<string, boolean>();
  /** The last question, and what the pass said. */
  #name: string | undefined;
  #route = "";
  #routeBytes = NO_BYTES;
  #may = false;

  constructor(pass: Pass) {
    this.#pass = pass;
  }

  /** Whether it may ask what it has asked last, once more. */
  mayAskAgain({ name }: Pick<Named, "name">, content: Content): boolean {
    return this.#may && name === this.#name &&
      content.hasRoute?.(this.#routeBytes) === true;
  }

  /**
   * Returns whether it may ask another.
   *
   * @param other The other, by the JSON text of its name.
   * @param route The JSON text of the route; empty for a function.
   */
  mayAsk({ name }: Pick<Named, "name">, route: string): boolean {
    if (name === this.#name && route === this.#route) return this.#may;
    const asked = route === "" ? undefined : plain(route);
    const ask = () => this.#pass.mayAsk(plain(name), asked);
    if (route.length > MAX_LENGTH) return ask();
    this.#may = this.#keep(`${route} ${name}`, ask);
    this.#name = name;
    this.#route = route;
    this.#routeBytes = encoder.encode(route);
    return this.#may;
  }

  /** Returns whether it may inform another, by the JSON text of its name. */
  mayInform(name: string): boolean {
    return this.#keep(name, () => this.#pass.mayInform(plain(name)));
  }

  #keep(key: string, ask: () => boolean): boolean {
    let may = this.#kept.get(key);
    if (may === undefined) {
      may = ask();
      // What a client makes up must not fill the memory.
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      this.#kept.set(key, may);
    }
    return may;
  }
}

/** Returns the text of a JSON string; of anything else its JSON text. */
export function plain(json: string | undefined): string {
  if (json === undefined || json === "" || json === "null") return "";
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : json;
  } catch {
    return json;
  }
}
