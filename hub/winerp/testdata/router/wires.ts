// Copyright 2026 the Wirekit authors. MIT license.

/** Connections to a router whose every message a test writes and reads. */

import { assertEquals } from "@std/assert";
import type { CloseError } from "@wirekit/transport/transport";
import type { ConnectOptions } from "../../../exchange/participant.ts";
import type { Router as OneRouter, RouterOptions } from "../../_router.ts";

const utf8 = new TextEncoder();

/** What the tests need of a router. */
export type TestedRouter = Pick<OneRouter, "connect" | "tick" | "names">;

/** A message as the tests write and read it. */
export type Message = Record<string, unknown>;

/** Makes what is tested. */
export type RouterClass = new (options?: RouterOptions) => TestedRouter;

/** One connection, and what came to it. */
export class Wire {
  readonly received: string[] = [];
  closed: CloseError | undefined;
  readonly #participant;

  constructor(router: TestedRouter, options?: ConnectOptions) {
    this.#participant = router.connect({
      send: (message) => this.received.push(new TextDecoder().decode(message)),
      close: (error) => this.closed = error,
    }, options);
  }

  send(message: Message | string): void {
    this.#participant.receive(utf8.encode(
      typeof message === "string" ? message : JSON.stringify(message),
    ));
  }

  leave(): void {
    this.#participant.leave();
  }

  /** Returns what came since the last call, without the members that are null. */
  take(): Message[] {
    return this.received.splice(0).map((text) =>
      Object.fromEntries(
        Object.entries(JSON.parse(text)).filter(([_, value]) => value !== null),
      )
    );
  }
}

/** Clients that the router has verified, by their names. */
export function join(router: TestedRouter, ...names: unknown[]): Wire[] {
  return names.map((id) => {
    const wire = new Wire(router);
    wire.send({ type: 1, id, uuid: "v" });
    assertEquals(wire.take(), [
      { id, type: 0, data: "Authorized.", uuid: "v" },
    ]);
    return wire;
  });
}
/** What an error says, as the router writes it. */
export function error(text: string): Message {
  return { type: 4, data: text, traceback: text };
}

/** A router with the clients a, b and c. */
export function three(
  Router: RouterClass,
): [router: TestedRouter, a: Wire, b: Wire, c: Wire] {
  const router = new Router();
  const [a, b, c] = join(router, "a", "b", "c");
  return [router, a!, b!, c!];
}
