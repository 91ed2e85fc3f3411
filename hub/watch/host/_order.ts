// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type Fault, FaultCode } from "../../exchange/fault.ts";

/** The HTTP statuses of faults that have one of their own. */
const STATUSES: Readonly<Record<number, number>> = {
  [FaultCode.NotAllowed]: 403,
  [FaultCode.TooLarge]: 413,
  [FaultCode.TooMany]: 429,
};

/** Reports that an operator asked for what is not possible. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  /** What it is over HTTP. */
  readonly status: number;
  /** What it is to other participants. */
  readonly code: number;

  constructor(message: string, status = 409, code?: number) {
    super(message);
    this.status = status;
    this.code = code ??
      (status === 400 ? FaultCode.InvalidData : FaultCode.RouteFailed);
  }

  /** Makes it of what an exchange says. */
  static of({ code, text }: Fault): ActionError {
    return new ActionError(text, STATUSES[code], code);
  }
}

/** What an operator sends. */
export type Order = Readonly<Record<string, unknown>>;
