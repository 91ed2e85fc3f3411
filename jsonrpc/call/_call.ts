// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Call as OpenCall } from "@wirekit/internal/calls";
import type { CallOptions } from "./caller.ts";
import type { Params } from "../wire/message.ts";

/** What was asked for, and when. */
export type Request = Pick<Call, "method" | "params" | "options" | "begin">;

/**
 * Decides on a call that failed with its connection: makes it again, or rejects
 * with the error.
 */
export type OnLost = (error: unknown, request: Request) => Promise<unknown>;

/** A call that waits for its end. Its number is its id. */
export class Call extends OpenCall {
  readonly method: string;
  readonly params: Params | undefined;
  readonly options: CallOptions;
  readonly onLost: OnLost | undefined;
  /** The moment it was made at. */
  begin = 0;
  timeout = 0;
  /** The moment that no progress moves. */
  latest = 0;
  /** Whether it was handed to the transport. */
  sent = false;
  /** Whether it has ended. */
  over = false;
  /** The calls that it travels with. */
  batch: CallBatch | undefined = undefined;

  /** Makes a call that is not entered yet. */
  constructor(
    method: string,
    params: Params | undefined,
    options: CallOptions,
    onLost: OnLost | undefined,
  ) {
    super();
    this.method = method;
    this.params = params;
    this.options = options;
    this.onLost = onLost;
  }
}

/** Calls that travel as one message. */
export interface CallBatch {
  readonly calls: readonly Call[];
  /** How many of them wait. */
  open: number;
}
