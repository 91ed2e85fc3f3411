// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The last known state of each device of a plant.
 *
 * @module
 */

import { checkTime, later, type Timer } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import type { Caller } from "./areas/item.ts";
import { type LightState, lightState } from "./areas/light/light_state.ts";
import { decode, type GatewayEvent } from "./events.ts";
import { NackError } from "./session/errors.ts";
import type { Message } from "./wire/kinds.ts";
import { parseWhere } from "./wire/where.ts";

/**
 * Options of {@linkcode States}.
 *
 * @category Gateway
 */
export interface StatesOptions {
  /**
   * How long to wait after a command to everyone, an area or a group before its
   * members are asked, in milliseconds: not every gateway reports each member.
   *
   * @default {500}
   */
  refreshDelay?: number;
  /**
   * Maximum number of devices to keep. Beyond it, the device that was seen
   * first is dropped.
   *
   * @default {4096}
   */
  maxDevices?: number;
  /**
   * Called with each event that changes what is known about a device. An event
   * that is the same as the last of its type counts if one of another type came
   * in between: "off" after "40 %", although it was "off" before that.
   *
   * @param event The event.
   */
  changed?(event: GatewayEvent): void;
}

/** The default requests of {@linkcode States.refresh}. */
const REQUESTS: readonly Message[] = [
  { kind: "status", who: 1, where: "0" },
  { kind: "status", who: 2, where: "0" },
  { kind: "request", who: 4, where: "0", dimension: "0" },
  { kind: "status", who: 9, where: "0" },
  { kind: "status", who: 25, where: "30" },
];

/**
 * The last state of each device, kept up to date from the events of a gateway.
 * After a command to everyone, an area or a group, the devices are asked for
 * their states: addresses do not show who is in a group, and not every gateway
 * reports each device.
 *
 * @category Gateway
 * @example What is on?
 * ```ts
 * import { Gateway, GatewaySimulator, States } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await using states = new States(gateway);
 * await states.refresh();
 * assertEquals(states.light("11"), { where: "11", on: false });
 * ```
 */
export class States implements AsyncDisposable {
  readonly #gateway: Caller;
  readonly #options: Required<Omit<StatesOptions, "changed">>;
  readonly #changed: ((event: GatewayEvent) => void) | undefined;
  readonly #devices = new Map<string, Map<string, GatewayEvent>>();
  readonly #over = new AbortController();
  readonly #following: Promise<void>;
  readonly #asking = new Map<string, Timer>();
  readonly #asked = new Set<Promise<void>>();

  /**
   * Starts to follow the events of a gateway.
   *
   * @param gateway The gateway.
   * @param options Times and limits.
   * @throws {RangeError} If a time or a limit is not valid.
   */
  constructor(gateway: Caller, options: StatesOptions = {}) {
    checkLimits(options);
    const { refreshDelay = 500, maxDevices = 4096, changed } = options;
    checkTime("refreshDelay", refreshDelay, { zero: true });
    this.#gateway = gateway;
    this.#options = { refreshDelay, maxDevices };
    this.#changed = changed;
    this.#following = this.#follow();
    this.#following.catch(() => {});
  }

  /**
   * Settles when the states are no longer kept up to date. Rejects unless that
   * is on purpose: if the gateway refuses the password, or sends events faster
   * than they can be read.
   */
  get closed(): Promise<void> {
    return this.#following;
  }

  /** How many devices are known. */
  get size(): number {
    return this.#devices.size;
  }

  /**
   * Returns what is known about a device.
   *
   * @param who The WHO of its area.
   * @param where Its target.
   * @returns The last event of each type.
   */
  of(who: number, where: string): GatewayEvent[] {
    return [...this.#devices.get(`${who} ${where}`)?.values() ?? []];
  }

  /**
   * Returns what is known about a light.
   *
   * @param where Its target.
   * @returns Its last state; `undefined` if none is known.
   */
  light(where: string): LightState | undefined {
    let newest: LightState | undefined;
    for (const event of this.of(1, where)) {
      if (!event.type.startsWith("light.")) continue;
      newest = lightState(event as Parameters<typeof lightState>[0]) ?? newest;
    }
    return newest;
  }

  /**
   * Asks the plant for its states. Call it at the start, and each time the
   * event session was lost and is open again.
   *
   * @param requests The requests; by default for the states of all lights,
   * automations, zones, auxiliaries and contacts.
   * @returns Resolves when all requests are answered. Subsystems that the plant
   * does not have are skipped.
   */
  async refresh(requests: readonly Message[] = REQUESTS): Promise<void> {
    const { signal } = this.#over;
    for (const request of requests) {
      try {
        const replies = await this.#gateway.request(request, { signal });
        for (const reply of replies) this.#take(reply);
      } catch (error) {
        if (!(error instanceof NackError)) throw error;
      }
    }
  }

  /**
   * Stops following the events.
   *
   * @returns Resolves when no request is open any more.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    for (const timer of this.#asking.values()) timer.stop();
    this.#asking.clear();
    await this.#following.catch(() => {});
    await Promise.allSettled(this.#asked);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#over;
    try {
      for await (const message of this.#gateway.messages({ signal })) {
        this.#take(message);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #take(message: Message): void {
    const event = decode(message);
    const { who, where, origin, type } = event;
    if (who < 0 || type === "unknown") return;
    if (isCollective(who, where)) {
      if (message.kind === "normal" || message.kind === "translation") {
        this.#askSoon(who, where);
      }
      return;
    }
    if (origin !== "state") return;
    const key = `${who} ${where}`;
    let device = this.#devices.get(key);
    if (device === undefined) {
      device = new Map();
      this.#devices.set(key, device);
      if (this.#devices.size > this.#options.maxDevices) {
        const [oldest] = this.#devices.keys();
        this.#devices.delete(oldest!);
      }
    }
    const before = device.get(type);
    const newest = [...device.keys()].at(-1);
    // Keeps the newest event last.
    device.delete(type);
    device.set(type, event);
    if (before === undefined || newest !== type || !isSame(before, event)) {
      this.#changed?.(event);
    }
  }

  /** Asks the members of a collective target, once for several commands. */
  #askSoon(who: number, where: string): void {
    const key = `${who} ${where}`;
    this.#asking.get(key)?.stop();
    const timer = later(this.#options.refreshDelay, () => {
      this.#asking.delete(key);
      const asked = this.refresh([{ kind: "status", who, where }])
        .catch(() => {})
        .finally(() => this.#asked.delete(asked));
      this.#asked.add(asked);
    });
    this.#asking.set(key, timer);
  }
}

/** Tells whether a target stands for several devices and can be asked. */
function isCollective(who: number, where: string): boolean {
  if (who !== 1 && who !== 2) return false;
  const found = parseWhere(where);
  return found?.kind === "general" || found?.kind === "area" ||
    found?.kind === "group";
}

function isSame(a: GatewayEvent, b: GatewayEvent): boolean {
  const { message: _, ...before } = a;
  const { message: __, ...after } = b;
  return JSON.stringify(before) === JSON.stringify(after);
}
