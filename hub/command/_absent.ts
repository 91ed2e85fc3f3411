// Copyright 2026 the Wirekit authors. MIT license.

import type { Client } from "../client.ts";
import { RemoteError } from "../errors.ts";
import * as Text from "../exchange/_text.ts";
import { whyAbsent } from "../watch/host/_absent.ts";
import type { HubReport } from "../watch/reports/hub.ts";

/** How long the hub may take to say what it knows, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Asks the hub why nobody has a name.
 *
 * @returns One or more sentences; empty if it does not know, or does not tell.
 */
export async function askWhyAbsent(
  client: Client,
  name: string,
): Promise<string> {
  try {
    const stats = await client.request<HubReport>("@hub", "stats", {}, {
      timeout: PATIENCE,
    });
    return whyAbsent(stats, name);
  } catch {
    // Another server than this hub, or a token that may not watch.
    return "";
  }
}

/** Throws an error again, and adds why nobody has the name if that is it. */
export async function explain(
  error: unknown,
  client: Client,
  name: string,
): Promise<never> {
  if (error instanceof RemoteError && error.message === Text.noDestination) {
    const why = await askWhyAbsent(client, name);
    if (why !== "") throw new RemoteError(`${error.message} ${why}`);
  }
  throw error;
}
