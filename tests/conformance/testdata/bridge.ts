// Copyright 2026 the Wirekit authors. MIT license.

import type { Transport } from "@wirekit/transport/transport";

/** Carries the messages of two transports from one to the other, and the end. */
export function bridge(one: Transport, two: Transport): Promise<void[]> {
  return Promise.all([carry(one, two), carry(two, one)]);
}

async function carry(from: Transport, to: Transport): Promise<void> {
  try {
    for await (const message of from) await to.send(message);
    await to.close();
  } catch (error) {
    await to.close(error as Error);
    await from.close(error as Error);
  }
}
