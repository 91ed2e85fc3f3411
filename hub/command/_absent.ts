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

/** Asks the hub at which other hub of its cluster a name is. */
async function askNode(
  client: Client,
  name: string,
): Promise<string | undefined> {
  try {
    const { names } = await client.request<{
      names: { name: string; node: string }[];
    }>("@hub", "nodes", { prefix: name }, { timeout: PATIENCE });
    return names.find((each) => each.name === name)?.node;
  } catch {
    // It is in no cluster, or another server, or a token that may not watch.
    return undefined;
  }
}

/** Says that nobody has some names, and why if the hub knows. */
export async function nobodyHas(
  client: Client,
  ...names: string[]
): Promise<string> {
  const sentences: string[] = [];
  const absent: string[] = [];
  for (const name of names) {
    const node = await askNode(client, name);
    if (node === undefined) absent.push(name);
    else {
      sentences.push(
        `${JSON.stringify(name)} is at the hub ${node}, which does not answer`,
      );
    }
  }
  if (absent.length > 0) {
    const quoted = absent.map((name) => JSON.stringify(name)).join(", ");
    const whys = await Promise.all(
      absent.map((name) => askWhyAbsent(client, name)),
    );
    const why = whys.filter(Boolean).join(" ");
    sentences.push(`Nobody has the name ${quoted}${why && `. ${why}`}`);
  }
  return sentences.join(". ");
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
