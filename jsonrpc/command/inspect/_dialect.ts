// Copyright 2026 the Wirekit authors. MIT license.

/** What the inspector knows of a protocol that is spoken in JSON-RPC. */

import { RemoteError, TimeoutError } from "@wirekit/internal/errors";
import type { Methods } from "../../answer/methods.ts";
import type { Caller } from "../../call/caller.ts";
import type { Conventions } from "../../peer_options.ts";
import { JsonRpcError } from "../../wire/error.ts";
import type { Params } from "../../wire/message.ts";
import type { Target } from "../_program.ts";
import { readDocument } from "../_document.ts";
import { entriesOf, type Found } from "./_entry.ts";

/** How long a server may take to say what it has, in milliseconds. */
const PATIENCE = 5_000;

/** How a call is limited. */
export interface Limit {
  timeout: number;
  signal: AbortSignal;
}

/** A protocol. */
export interface Dialect {
  /** What the other end may ask us. */
  readonly methods?: Methods;
  readonly conventions?: Conventions;
  /**
   * Does what comes before anything else.
   *
   * @returns Who the other end says that it is.
   */
  begin(caller: Caller, limit: Limit): Promise<string>;
  /** Finds what can be called. */
  entries(target: Target, limit: Limit): Promise<Found>;
  /** Says a notification in words; `undefined` shows it as it came. */
  tell?(method: string, params: Params | undefined): string | undefined;
  /** Does what comes last, within some milliseconds. */
  end?(caller: Caller, timeout: number): Promise<void>;
}

/** JSON-RPC and nothing more; what there is, `rpc.discover` may say. */
export const PLAIN: Dialect = {
  begin: () => Promise.resolve(""),
  async entries({ caller, explain }, limit) {
    let answer: unknown;
    try {
      answer = await caller.request(
        "rpc.discover",
        undefined,
        { ...limit, timeout: Math.min(limit.timeout, PATIENCE) },
      );
    } catch (error) {
      // Most servers do not know it, and some do not answer what they do not
      // know.
      if (error instanceof JsonRpcError) return NOTHING;
      const explained = Object(await explain(error));
      if (
        error instanceof TimeoutError && explained.message === error.message
      ) {
        return NOTHING;
      }
      throw error;
    }
    try {
      const { document, remark } = readDocument(answer);
      return { entries: entriesOf(document), remark };
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return { entries: [], remark: `${error.message}.` };
    }
  },
};

const NOTHING: Found = { entries: [], remark: "" };

/** Says a notification in words, if it is what its protocol wants. */
export function told(
  dialect: Dialect,
  method: string,
  params: Params | undefined,
): string | undefined {
  try {
    return dialect.tell?.(method, params);
  } catch {
    return undefined;
  }
}
