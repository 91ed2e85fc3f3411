// Copyright 2026 the Wirekit authors. MIT license.

import type { Client } from "../client.ts";
import { RemoteError } from "../errors.ts";
import * as Text from "../exchange/_text.ts";

/** The name under which a hub answers for itself. */
export const HUB = "@hub";

/** Asks a hub for itself, as `request()` does. */
export async function askHub<T>(
  client: Client,
  route: string,
  data: Record<string, unknown>,
  options: { timeout: number; signal: AbortSignal },
): Promise<T> {
  try {
    return await client.request<T>(HUB, route, data, options);
  } catch (error) {
    const isAbsent = error instanceof RemoteError &&
      error.message === Text.noDestination;
    if (!isAbsent) throw error;
    throw new RemoteError(
      "This server does not tell what goes on in it: only a hub of Wirekit " +
        "does, and winerp's own does not",
      { cause: error },
    );
  }
}
