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
async function askWhyAbsent(
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

/** Says that nobody has some names, and why if the hub knows. */
export async function nobodyHas(
  client: Client,
  ...names: string[]
): Promise<string> {
  const quoted = names.map((name) => JSON.stringify(name)).join(", ");
  const whys = await Promise.all(
    names.map((name) => askWhyAbsent(client, name)),
  );
  const why = whys.filter(Boolean).join(" ");
  return `Nobody has the name ${quoted}${why && `. ${why}`}`;
}

/** Throws an error again, with the name and why if nobody has it. */
export async function explain(
  error: unknown,
  client: Client,
  name: string,
): Promise<never> {
  if (error instanceof RemoteError && error.message === Text.noDestination) {
    throw new RemoteError(await nobodyHas(client, name), { cause: error });
  }
  throw error;
}
