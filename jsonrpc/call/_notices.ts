// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Convention } from "../wire/_conventions.ts";
import type { Decoded } from "../wire/_link.ts";
import type { Params } from "../wire/message.ts";
import { Subscriptions } from "../push/_subscriptions.ts";
import type { Sender } from "./_sender.ts";

/**
 * What the other end tells about this end's calls: the progress of a call, the
 * event of a subscription.
 */
export class Notices {
  readonly #sender: Sender;
  readonly #convention: Convention;
  #subscriptions: Subscriptions | undefined;

  /** Makes the part of a connection that is told. */
  constructor(sender: Sender, convention: Convention) {
    this.#sender = sender;
    this.#convention = convention;
  }

  /** The subscriptions that this end made. */
  get subscriptions(): Subscriptions {
    return this.#subscriptions ??= new Subscriptions(this.#sender);
  }

  /** Whether there is no subscription. */
  get idle(): boolean {
    return !this.#subscriptions?.size;
  }

  /**
   * Takes a notification of `size`, if it is about a call of this end. Returns
   * whether it is, or what to wait for before the next message is read.
   */
  hear(message: Decoded, size: number): boolean | Promise<void> {
    const method = message.method as string;
    const params = message.params as Params ?? undefined;
    if (method === this.#convention.progress) {
      const { token, value } = this.#convention.progressOf(params);
      return this.#progress(token, value);
    }
    return method.endsWith("_subscription") &&
      !!this.#subscriptions && this.#subscriptions.receive(params, size);
  }

  /** Passes a progress report on, which also gives its call more time. */
  #progress(token: unknown, value: unknown): boolean {
    const call = this.#sender.get(token);
    const onProgress = call?.options.onProgress;
    if (!call || !onProgress) return false;
    call.deadline = Math.min(performance.now() + call.timeout, call.latest);
    onProgress(value);
    return true;
  }

  /** Says what a notification is that was not taken and has no method here. */
  stray(method: string): string | undefined {
    if (method === this.#convention.progress) {
      return "Progress of an unknown call";
    }
    return this.#subscriptions && method.endsWith("_subscription")
      ? "Event of an unknown subscription"
      : undefined;
  }

  /** Ends all subscriptions: the connection is gone. */
  close(lost: Error): void {
    this.#subscriptions?.close(lost);
  }
}
