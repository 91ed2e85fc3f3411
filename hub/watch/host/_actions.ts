// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Logger } from "@wirekit/internal/logger";
import { type Fault, FaultCode } from "../../exchange/fault.ts";
import type { Member } from "../../exchange/participant.ts";
import type { WatchedHub } from "../_hub.ts";
import type { Recording } from "../figures/_recording.ts";

/** The longest time that a name can be blocked, in milliseconds: a day. */
const MAX_BLOCK = 86_400_000;

/** The longest time that payloads are recorded. */
const MAX_RECORDING = 3_600_000;

/** The longest name that is looked for, in characters. */
const MAX_NAME = 1_000;

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

/** What operators can do. Each act is in the log, with who did it. */
export class Actions {
  readonly #hub: WatchedHub;
  readonly #recording: Recording;
  readonly #logger: Logger | undefined;

  constructor(
    hub: WatchedHub,
    recording: Recording,
    logger: Logger | undefined,
  ) {
    this.#hub = hub;
    this.#logger = logger;
    this.#recording = recording;
  }

  /** Does what an order says; returns what came of it. */
  do(action: string, order: Order, by: string): object {
    switch (action) {
      case "disconnect":
        return this.#disconnect(order, by);
      case "free":
        return this.#free(order, by);
      case "block":
        return this.#block(order, by);
      case "drain":
        return this.#drain(order, by);
      case "record":
        return this.#record(order, by);
      default:
        throw new ActionError(`There is no action ${JSON.stringify(action)}`);
    }
  }

  #disconnect({ name, id }: Order, by: string): object {
    const member = id === undefined ? this.#holder(name) : this.#byId(id);
    const who = member.name ?? "a client without a name";
    this.#log(by, `disconnected ${who}`);
    this.#drop(member);
    return { disconnected: 1 };
  }

  /** Gives a name to the one who waits for it. */
  #free({ name }: Order, by: string): object {
    const holder = this.#holder(name);
    if (!this.waits(name)) {
      throw new ActionError(`Nobody waits for the name ${holder.name}`);
    }
    this.#log(by, `gave the name ${holder.name} to the next one`);
    this.#drop(holder);
    return { disconnected: 1 };
  }

  /** Returns whether somebody here waits for a name. */
  waits(name: unknown): boolean {
    const json = JSON.stringify(nameIn(name));
    for (const member of this.#hub.exchange.members) {
      if (!member.active && member.name === json) return true;
    }
    return false;
  }

  #block({ name, ms = 600_000 }: Order, by: string): object {
    const json = JSON.stringify(nameIn(name));
    const time = timeIn(ms, MAX_BLOCK, "ms");
    const refusal = this.#hub.exchange.block(json, time);
    if (refusal) throw ActionError.of(refusal);
    this.#log(
      by,
      time === 0
        ? `ended the block of the name ${json}`
        : `blocked the name ${json} for ${time / 1000} s`,
    );
    return { blockedUntil: time === 0 ? null : Date.now() + time };
  }

  /** It says what it wants: an empty order is no order to turn all away. */
  #drain({ on }: Order, by: string): object {
    if (typeof on !== "boolean") {
      throw new ActionError(
        "on has to be true, so that nobody new comes in, or false, which ends " +
          "that",
        400,
      );
    }
    this.#log(by, on ? "drains the hub" : "lets clients in again");
    this.#hub.drain(on);
    return { draining: on };
  }

  #record({ ms = 300_000 }: Order, by: string): object {
    const time = timeIn(ms, MAX_RECORDING, "ms");
    this.#recording.payloadsUntil = time === 0 ? 0 : Date.now() + time;
    this.#log(
      by,
      time === 0
        ? "ended the recording of payloads"
        : `records payloads for ${time / 1000} s`,
    );
    return { until: this.#recording.payloadsUntil };
  }

  #holder(name: unknown): Member {
    const json = JSON.stringify(nameIn(name));
    const member = this.#hub.exchange.find(json);
    if (member && [...this.#hub.exchange.members].includes(member)) {
      return member;
    }
    throw new ActionError(`Nobody has the name ${json}`);
  }

  #byId(id: unknown): Member {
    for (const member of this.#hub.exchange.members) {
      if (member.number === id) return member;
    }
    throw new ActionError("There is no client with this id");
  }

  /** As a restart does: a stock client comes back, and does nothing twice. */
  #drop(member: Member): void {
    const reason = "Disconnected by an operator";
    this.#hub.exchange.drop(member, 1012, reason, "operator");
  }

  /** Writes to the log what somebody sends in the name of the hub. */
  note(by: string, what: string): void {
    this.#logger?.info?.(`Operator ${by} ${what}`);
  }

  #log(by: string, what: string): void {
    this.#logger?.warn?.(`Operator ${by} ${what}`);
  }
}

function nameIn(name: unknown): string {
  // None is longer, but a hub may allow it.
  const isName = typeof name === "string" && name !== "" &&
    name.length <= MAX_NAME;
  if (isName) return name;
  throw new ActionError("name has to be the name of a client", 400);
}

function timeIn(ms: unknown, most: number, what: string): number {
  if (typeof ms === "number" && ms >= 0 && ms <= most) return ms;
  throw new ActionError(
    `${what} has to be from 0 to ${most} milliseconds`,
    400,
  );
}
