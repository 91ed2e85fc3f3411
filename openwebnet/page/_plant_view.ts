// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { TimeoutError } from "@wirekit/internal/errors";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { idOf, isOne, type Shown } from "../plant/_items.ts";
import { OrderError } from "../plant/_orders.ts";
import { PlantWatch } from "../plant/_plant_watch.ts";
import type {
  DeviceReport,
  PageOrder,
  PageReport,
  PlantReport,
  State,
} from "../plant/_report.ts";
import { unknownState } from "../plant/_states.ts";
import { ConnectionLostError, NackError } from "../session/errors.ts";

/**
 * Options of {@linkcode PlantView}.
 *
 * @category Page
 */
export interface PlantViewOptions {
  /** The names and rooms of the devices. */
  home?: Home;
  /**
   * Whether to show only devices with a name in the home. Otherwise the plants
   * are asked for their devices; a device that reports something later is
   * shown too.
   *
   * @default {false}
   */
  onlyNamed?: boolean;
  /**
   * Maximum number of devices of a plant to show. Those found after that are
   * not shown.
   *
   * @default {1024}
   */
  maxDevices?: number;
  /** Logs a line about connections. */
  logger?: Logger;
}

/** A device, and when it has changed. */
interface Tile {
  item: Shown;
  readonly plant: string;
  state: State;
  asked?: DeviceReport["asked"];
  fault?: string | undefined;
  last?: DeviceReport["last"];
  version: number;
}

/** A plant, and what follows it. */
interface Followed {
  readonly watch: PlantWatch;
  report: PlantReport;
}

/**
 * The devices and states of plants, for any number of pages.
 *
 * @category Page
 */
export class PlantView implements AsyncDisposable {
  /** Settles when it is closed. Rejects if a gateway refuses the password. */
  readonly closed: Promise<void>;
  readonly #plants = new Map<string, Followed>();
  readonly #tiles = new Map<string, Tile>();
  /** Tells this list of devices from others. */
  #run: string = crypto.randomUUID();
  #version = 0;
  #changes = Promise.withResolvers<void>();
  #isClosed = false;

  /**
   * Starts to follow plants.
   *
   * @param gateways The gateways, by the names of their plants.
   * @param options What to show.
   * @throws {RangeError} If a limit is not valid.
   */
  constructor(
    gateways: Readonly<Record<string, Gateway>>,
    options: PlantViewOptions = {},
  ) {
    checkLimits(options);
    const { home, onlyNamed = false, maxDevices = 1024, logger } = options;
    const running = Object.entries(gateways).map(async ([name, gateway]) => {
      const watch = new PlantWatch(gateway, {
        reached: (isOnline) => this.#reached(name, isOnline),
        listed: (items, { model }) => this.#listed(name, items, model),
        changed: (item, state) => this.#change(name, item, { state }),
        happened: (item, { event_type: event, button }) => {
          const at = Date.now();
          const last = { event, ...(button !== undefined && { button }), at };
          this.#change(name, item, { last });
        },
      }, { name, home, onlyNamed, maxDevices, logger });
      this.#plants.set(name, {
        watch,
        report: { name, isOnline: false, isKnown: false },
      });
      const unwatch = gateway.watch(({ session, error }) => {
        if (session === "event" && error instanceof Error) {
          this.#update(name, { fault: error.message });
        }
      });
      try {
        await watch.run();
      } catch (error) {
        if (this.#isClosed) return;
        this.#update(name, { fault: (error as Error).message });
        throw error;
      } finally {
        unwatch();
      }
    });
    // One plant that is lost for good leaves the others.
    this.closed = Promise.allSettled(running).then((ends) => {
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    });
    this.closed.catch(() => {});
  }

  /**
   * Returns what is known.
   *
   * @param since The `now` of an earlier report: then only what has changed.
   * @returns What is known.
   */
  report(since = ""): PageReport {
    const version = this.#versionOf(since);
    const devices = [];
    for (const tile of this.#tiles.values()) {
      if (tile.version > version) devices.push(reportOf(tile));
    }
    return {
      now: `${this.#run}:${this.#version}`,
      isWhole: version < 0,
      plants: [...this.#plants.values()].map(({ report }) => report),
      devices,
    };
  }

  /**
   * Waits until there is something new.
   *
   * @param since The `now` of an earlier report.
   * @param timeout How long to wait at most, in milliseconds.
   * @param signal Ends the wait.
   * @returns Resolves when there is something new, or the time is up.
   */
  async changed(
    since: string,
    timeout: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#versionOf(since) !== this.#version || this.#isClosed) return;
    const late = () => new Error();
    await within(this.#changes.promise, timeout, late, { signal })
      .catch(() => {});
  }

  /**
   * Starts to carry out an order. How it goes is shown at the device.
   *
   * @param order The order.
   * @throws {OrderError} If it cannot be carried out.
   * @throws {SyntaxError} If it is not an order for this device.
   */
  order({ plant, id, part, text }: PageOrder): void {
    const followed = this.#plants.get(plant);
    if (followed === undefined) throw new OrderError("no such plant");
    const done = followed.watch.order(id, part, text);
    const tile = this.#tiles.get(keyOf(plant, id));
    const asked = { part, text };
    const ended = (fault?: string) => {
      // A newer order is still under way.
      if (tile?.asked !== asked) return;
      delete tile.asked;
      this.#touch(tile, fault);
    };
    if (tile !== undefined) {
      tile.asked = asked;
      this.#touch(tile, undefined);
    }
    done.then(() => ended(), (error) => ended(wordsOf(error)));
  }

  /**
   * Shows the devices as another home names them, from now on.
   *
   * @param home The home. Its gateways are not used.
   */
  renewHome(home: Home): void {
    for (const { watch } of this.#plants.values()) watch.renewHome(home);
  }

  /** Stops to follow the plants. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const plants = [...this.#plants.values()];
    await Promise.all(plants.map(({ watch }) => watch.close()));
    await this.closed.catch(() => {});
    this.#changes.resolve();
  }

  /** Returns the version that a report was of; -1 if it was of another run. */
  #versionOf(since: string): number {
    const [run, version] = since.split(":");
    return run === this.#run && /^\d{1,15}$/.test(version ?? "")
      ? Number(version)
      : -1;
  }

  #reached(name: string, isOnline: boolean): void {
    if (isOnline) {
      this.#update(name, { isOnline, fault: undefined });
      for (const tile of this.#tiles.values()) {
        if (tile.plant === name && tile.fault !== undefined) {
          this.#touch(tile, undefined);
        }
      }
    } else this.#update(name, { isOnline });
  }

  #listed(name: string, items: Iterable<Shown>, model?: string): void {
    this.#update(name, {
      isKnown: true,
      ...(model !== undefined && { model }),
    });
    const all = [...items];
    const shown = new Set(all);
    const before = [...this.#tiles].filter(([, { plant }]) => plant === name);
    if (before.some(([, { item }]) => !shown.has(item))) {
      // Devices have other names, or are gone: pages are told of all of them.
      this.#run = crypto.randomUUID();
      for (const [key] of before) this.#tiles.delete(key);
      const tiles = new Map(before);
      for (const item of all) {
        const key = keyOf(name, idOf(item));
        const tile = tiles.get(key) ?? newTile(name, item);
        tile.item = item;
        this.#tiles.set(key, tile);
      }
    }
    for (const item of all) this.#change(name, item, {});
  }

  #update(
    name: string,
    { fault, ...changes }: Partial<Omit<PlantReport, "fault">> & {
      fault?: string | undefined;
    },
  ): void {
    const followed = this.#plants.get(name);
    if (followed === undefined) return;
    const { fault: before, ...rest } = followed.report;
    // An error is the reason until the plant is back.
    const why = fault ?? (changes.isOnline ? undefined : before);
    followed.report = {
      ...rest,
      ...changes,
      ...(why !== undefined && { fault: why }),
    };
    this.#news();
  }

  #change(
    plant: string,
    item: Shown,
    changes: Partial<Pick<Tile, "state" | "last">>,
  ): void {
    const key = keyOf(plant, idOf(item));
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = newTile(plant, item);
      this.#tiles.set(key, tile);
    }
    Object.assign(tile, changes);
    // What the bus reports is newer than what has failed.
    this.#touch(tile, "state" in changes ? undefined : tile.fault);
  }

  #touch(tile: Tile, fault: string | undefined): void {
    tile.fault = fault;
    tile.version = this.#version + 1;
    this.#news();
  }

  #news(): void {
    this.#version++;
    const { resolve } = this.#changes;
    this.#changes = Promise.withResolvers();
    resolve();
  }
}

function newTile(plant: string, item: Shown): Tile {
  return { item, plant, state: unknownState(item), version: 0 };
}

/** Says what has failed, without the frames of the protocol. */
function wordsOf({ message, cause }: Error): string {
  if (cause instanceof NackError) {
    const why = cause.code === 0 ? "" : `: ${cause.reason}`;
    return `the gateway has refused it${why}`;
  }
  if (cause instanceof ConnectionLostError) {
    return "the gateway was lost, and it is not known whether it was done";
  }
  if (cause instanceof TimeoutError) {
    return "the gateway did not answer in time";
  }
  return message;
}

function keyOf(plant: string, id: string): string {
  return `${plant}\n${id}`;
}

function reportOf(
  { item, plant, state, asked, fault, last }: Tile,
): DeviceReport {
  const { kind, where, name, room, hasLevel, seconds, buttons } = item;
  return {
    plant,
    id: idOf(item),
    kind,
    where,
    name,
    ...(room !== undefined && { room }),
    hasLevel: hasLevel || seconds !== undefined,
    hasState: kind !== "light" && kind !== "shutter" || isOne(where),
    buttons: [...buttons].sort((a, b) => a - b),
    state,
    ...(asked && { asked }),
    ...(fault !== undefined && { fault }),
    ...(last && { last }),
  };
}
