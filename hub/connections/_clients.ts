// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { Gauge } from "@wirekit/internal/limits";
import type { CalmLogger } from "@wirekit/internal/logger";
import type { Place } from "@wirekit/transport/admission";
import type { CloseError, Transport } from "@wirekit/transport/transport";
import type { Lock } from "../access/_lock.ts";
import type { Pass } from "../access/pass.ts";
import type { RateLimits } from "../access/_rate.ts";
import { Connection, type ConnectionLimits } from "./_connection.ts";
import type { AcceptOptions, HubOptions } from "../options.ts";
import type { Router } from "../winerp/_router.ts";

/** What the connections of a hub belong to. */
interface ClientsOwner {
  readonly log: CalmLogger;
  readonly lock: Lock;
  readonly router: Router;
  /** Is told that a connection has ended. */
  left(): void;
}

/** The connections of a hub, verified or not, and their limits. */
export class Clients {
  /** None if there is no limit. */
  readonly rates: RateLimits | undefined;
  readonly #owner: ClientsOwner;
  readonly #rates: readonly Gauge[];
  readonly #limits: ConnectionLimits;
  readonly #connections = new Set<Connection>();

  constructor(options: HubOptions, owner: ClientsOwner) {
    const {
      maxOutboxBytes = 16 * 1024 * 1024,
      maxMessagesPerSecond = Infinity,
      maxBytesPerSecond = Infinity,
      idleTimeout = 300_000,
    } = options;
    checkTime("idleTimeout", idleTimeout);
    this.#owner = owner;
    const rates = {
      messages: new Gauge("maxMessagesPerSecond", maxMessagesPerSecond),
      bytes: new Gauge("maxBytesPerSecond", maxBytesPerSecond),
    };
    this.#rates = [rates.messages, rates.bytes];
    for (const { option, limit } of this.#rates) {
      if (limit < 1) {
        throw new RangeError(`${option} must be 1 or more: got ${limit}`);
      }
    }
    const hasRate = this.#rates.some(({ limit }) => limit !== Infinity);
    this.rates = hasRate ? rates : undefined;
    this.#limits = {
      outbox: new Gauge("maxOutboxBytes", maxOutboxBytes),
      rates: this.rates,
      idle: new Gauge("idleTimeout", idleTimeout),
      clock: { now: 0 },
      log: owner.log,
      left: (connection) => this.#left(connection),
    };
  }

  /** How many there are. */
  get size(): number {
    return this.#connections.size;
  }

  /** How long one may be silent, in milliseconds. */
  get idleTimeout(): number {
    return this.#limits.idle.limit;
  }

  /** The limits, and how near the connections came to them. */
  get limits(): Gauge[] {
    const { outbox, idle } = this.#limits;
    outbox.now = 0;
    for (const { outboxBytes } of this.#connections) {
      outbox.set(Math.max(outboxBytes, outbox.now));
    }
    return [outbox, idle, ...this.#rates];
  }

  /** Advances the time. */
  tick(now: number): void {
    this.#limits.clock.now = Math.floor(now);
  }

  /** Serves a client until it ends, which `gone` is told. */
  serve(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    options: AcceptOptions,
    place: Place | undefined,
    gone: (() => void) | undefined,
  ): void {
    const { pass, watched = false, carrier = "transport" } = options;
    const { connect, ping, address = "" } = options;
    const { router, lock } = this.#owner;
    const admit = admitter(lock, pass);
    const connection = new Connection(
      transport,
      this.#limits,
      {
        carrier,
        watched,
        ...(ping && { ping }),
        // It is winerp's, and harms others.
        farewell: !connect,
        place,
      },
      connect ?? ((flow) =>
        router.connect(flow, {
          about: { protocol: "winerp", carrier, address, flow },
          admit,
          ...(place && { onVerified: () => place.keep() }),
        })),
    );
    if (!connect) place?.offer(() => connection.makeRoom());
    this.#connections.add(connection);
    connection.serve(gone);
  }

  #left(connection: Connection): void {
    this.#connections.delete(connection);
    this.#owner.left();
    connection.place?.leave();
  }

  /** Ends all of them. */
  async shutDown(error: CloseError): Promise<void> {
    await Promise.all(
      Array.from(this.#connections, (each) => each.shutDown(error)),
    );
  }
}

/** Tells what a client may do once it says its name, and perhaps a token. */
function admitter(lock: Lock, pass: Pass | undefined) {
  return (token?: string): Pass | undefined =>
    pass ? lock.renewed(pass) : lock.passFor(token);
}
