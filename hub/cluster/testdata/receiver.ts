// Copyright 2026 the Wirekit authors. MIT license.

/** A node without a hub. */

import type { BackplaneReceiver } from "../backplane.ts";

/**
 * Takes what a backplane tells.
 *
 * @param acts What to do; nothing about the rest.
 * @returns The receiver.
 */
export function receiver(acts: Partial<BackplaneReceiver>): BackplaneReceiver {
  return {
    won() {},
    held() {},
    lost() {},
    message() {},
    refused() {},
    undelivered() {},
    unsent() {},
    left() {},
    gone() {},
    interrupted() {},
    attached() {},
    listed() {},
    detached() {},
    figures: () => ({}),
    ...acts,
  };
}
