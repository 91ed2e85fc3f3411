// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { RequestInfo } from "@wirekit/transport/admission";
import type { Pass } from "../access/pass.ts";
import type { DoorPage } from "../door.ts";
import type { LimitReport } from "./reports/hub.ts";
import type { Exchange } from "../exchange/exchange.ts";

/** What those who watch need of a hub. */
export interface WatchedHub {
  readonly exchange: Exchange;
  /** Where it listens. */
  readonly urls: readonly string[];
  /** The protocols that its clients may speak. */
  readonly protocols: readonly string[];
  /** The pages of its doors. */
  readonly pages: readonly DoorPage[];
  readonly lock: "open" | "token" | "rules";
  readonly isDraining: boolean;
  /** Why nobody can come in now, if so. */
  readonly unready: string | undefined;
  /** The number of connections. */
  readonly connections: number;
  /** Its limits, and how near its clients came to them. */
  readonly limits: readonly LimitReport[];
  /** Knows how often pages were refused, by their origin. */
  readonly admission: {
    readonly refusedOrigins: ReadonlyMap<string, number>;
  };
  /** Lets in nobody from now on, or everybody again. */
  drain(on: boolean): void;
  admit(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Pass | Response>;
  /** Aborts with `gone`, or when the token of a pass is not valid any more. */
  whileValid(pass: Pass, gone: AbortSignal): AbortSignal;
}

/** Returns the value of a limit. */
export function limitOf({ limits }: WatchedHub, option: string): number {
  return limits.find((limit) => limit.option === option)?.limit ?? Infinity;
}
