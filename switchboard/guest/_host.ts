// Copyright 2026 the Wirekit authors. MIT license.

import {
  type Content,
  type Fault,
  fault,
  type Participant,
  type Question,
} from "@wirekit/hub/hub";

/** A question, as its responder gets it: to be read at once. */
export class Asked {
  readonly question: Question;
  readonly content: Content;

  constructor(question: Question, content: Content) {
    this.question = question;
    this.content = content;
  }

  /** The route, as JSON text. */
  get route(): string {
    return this.content.route;
  }

  /** The data, as JSON text. */
  get data(): string {
    return this.content.data;
  }

  /** The name of the caller, as JSON text; `null` if there is none. */
  get source(): string {
    return this.question.requester.name ?? "null";
  }
}

/** What a door does with what comes for its client. */
export interface Host {
  /** Is asked; returns why it cannot be, if so. */
  asked(asked: Asked): Fault | undefined;
  /** Nobody waits for the answer to this question any more. */
  cancelled(question: Question): void;
  /**
   * Is told something, perhaps by its name; returns why it cannot be, if so.
   * The source and the data are JSON texts.
   */
  told(source: string, data: string, byName: boolean): Fault | undefined;
  /** Gets the name that it was waiting for. */
  admitted(): void;
  /** Has lost its name to another, in a cluster, and waits for it. */
  held(): void;
  /** Is disconnected. */
  ended(error: Parameters<Participant["end"]>[0]): void;
}

/** A guest that asks and cannot be asked. */
export const NO_HOST: Host = {
  asked: () => fault("RouteNotFound", "It cannot be asked."),
  cancelled() {},
  told: () => undefined,
  admitted() {},
  held() {},
  ended() {},
};
