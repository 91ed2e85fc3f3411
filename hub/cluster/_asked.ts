// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import type { OpenRequest } from "../exchange/_party.ts";
import type { QuestionKind } from "../exchange/participant.ts";
import type { Outgoing } from "./_whole.ts";

/** Something that another node was asked. */
export interface Asked {
  /** By which the answer says what it answers. */
  ref: number;
  /** The name that was asked. */
  readonly name: string;
  /** The question, if it is one of a participant. */
  readonly question?: OpenRequest;
  readonly kind?: QuestionKind;
  /** The message, as long as it may have to be sent again. */
  message?: Outgoing | undefined;
  /** In which turn of the clock it was asked. */
  readonly turn: number;
  /** Counts with each message that asks: when this one was sent last. */
  sent: number;
  /** Whether it is about to be sent again. */
  waits: boolean;
  /** Whether the name is there, if that was asked. */
  readonly then?: (found: boolean) => void;
}

const PLACES = 2 ** 22;

/**
 * What other nodes were asked, by numbers that do not come twice. A `Map` that
 * grows and shrinks would keep its old tables.
 */
export class AskedTable {
  readonly #places: (Asked | undefined)[] = [];
  readonly #free: number[] = [];
  #turn = 0;

  /** Adds something, and numbers it. */
  add(asked: Asked): void {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = asked;
    asked.ref = ++this.#turn * PLACES + place;
  }

  /** Finds something. */
  get(ref: number): Asked | undefined {
    const asked = this.#places[placeOf(ref)];
    return asked?.ref === ref ? asked : undefined;
  }

  /** Removes something; returns whether it was there. */
  delete(asked: Asked): boolean {
    const place = placeOf(asked.ref);
    if (this.#places[place] !== asked) return false;
    this.#places[place] = undefined;
    this.#free.push(place);
    return true;
  }

  /** All that is there now. */
  all(): Asked[] {
    return this.#places.filter((asked) => asked !== undefined);
  }
}

/** The lowest bits, which take a third of the time of a division. */
function placeOf(ref: number): number {
  return ref & (PLACES - 1);
}
