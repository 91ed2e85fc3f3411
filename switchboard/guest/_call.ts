// Copyright 2026 the Wirekit authors. MIT license.

import type { Entry } from "@wirekit/internal/calls";
import type { Content, Fault, Member } from "@wirekit/hub/hub";

/** Why a call has no result, with all that is known of it. */
export interface Trouble extends Fault {
  /** The name of the one that was asked. */
  readonly from?: string;
  /** Whether that one says so, and not the hub. */
  readonly answered?: boolean;
  /** The name of the type of the error. */
  readonly type?: string;
  /** Anything more of the error, as JSON text. */
  readonly data?: string;
}

/** How a call ends: with a result as JSON text, or not. */
export type Outcome = { readonly data: string } | { readonly trouble: Trouble };

/** One question of a guest: nobody waits for a promise of it. */
export abstract class GuestCall implements Entry {
  // Declared, and set in the constructor: half the price of initializers.
  declare number: number;
  declare deadline: number;
  declare release: undefined;
  /** The name of the participant that is asked, as JSON text. */
  declare readonly to: string;
  declare readonly asked: Member | undefined;
  declare readonly route: string;

  constructor(to: string, asked: Member | undefined, route: string) {
    this.number = 0;
    this.deadline = Infinity;
    this.release = undefined;
    this.to = to;
    this.asked = asked;
    this.route = route;
  }

  /** Ends it with a result, to be read at once. */
  abstract answered(content: Content): void;

  /** Ends it without. */
  abstract failed(trouble: Trouble): void;
}

/** One whose outcome is a text. */
export class TextCall extends GuestCall {
  readonly #end: (outcome: Outcome) => void;

  constructor(
    to: string,
    asked: Member | undefined,
    route: string,
    end: (outcome: Outcome) => void,
  ) {
    super(to, asked, route);
    this.#end = end;
  }

  answered({ data }: Content): void {
    this.#end({ data });
  }

  failed(trouble: Trouble): void {
    this.#end({ trouble });
  }
}
