// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type {
  PlainAnswer,
  PlainExchange,
  RequestInfo,
} from "@wirekit/transport/admission";
import type { Pass } from "./access/pass.ts";
import type { Door, DoorPage, Visitor } from "./door.ts";

/** The doors of a hub, asked in turn: what the first one takes is its own. */
export class Doors {
  readonly #doors: Door[];

  constructor(doors: readonly Door[]) {
    this.#doors = [...doors];
  }

  add(door: Door): void {
    this.#doors.push(door);
  }

  get pages(): DoorPage[] {
    return this.#doors.flatMap(({ pages = [] }) => pages);
  }

  get protocols(): string[] {
    return this.#doors.flatMap(({ protocol = [] }) => protocol);
  }

  /** Whether a WebSocket client is for one of them. */
  takes(request: Request): boolean {
    return this.#doors.some((door) => door.takes?.(request));
  }

  /** Serves a WebSocket client until it ends, if one takes it. */
  accept(visitor: Visitor): Promise<void> | undefined {
    for (const door of this.#doors) {
      const end = door.accept?.(visitor);
      if (end) return end;
    }
    return undefined;
  }

  /** Answers a request, if one does. */
  async fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response | undefined> {
    for (const door of this.#doors) {
      const response = await door.fetch?.(request, info);
      if (response) return response;
    }
    return undefined;
  }

  /** What answers a small post without a `Request`, if one does. */
  plain(
    exchange: PlainExchange,
  ): ((pass: Pass) => Promise<PlainAnswer>) | undefined {
    for (const door of this.#doors) {
      // It may want to have it, as a Request.
      if (door.fetch && !door.plain) return undefined;
      const answer = door.plain?.(exchange);
      if (answer) return answer;
    }
    return undefined;
  }
}
