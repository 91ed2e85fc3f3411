// Copyright 2026 the Wirekit authors. MIT license.

/** What the page knows of its plants, and what people want of them. */
import { Retry } from "../../../pages/app/retry.ts";
import { listen, messageOf, Refused } from "../../../pages/app/server.ts";
import type {
  DeviceReport,
  PageReport,
  PlantReport,
} from "../../plant/_report.ts";
import { order, type Session, session, signIn, signOut } from "./server.ts";

/** How the page stands with its server. */
export type Connection = "connecting" | "live" | "lost" | "locked" | "refused";

/** A device with what this page adds. */
export interface Device extends DeviceReport {
  /** Tells it from all others. */
  readonly key: string;
  /** Whether an order can be given. */
  readonly isThere: boolean;
}

/** A room with what is in it. */
export interface Room {
  readonly name: string;
  readonly devices: readonly Device[];
}

/** The title above devices without a room, by their kind. */
const OTHERS: Record<DeviceReport["kind"], string> = {
  light: "Lights",
  shutter: "Shutters",
  zone: "Heating",
  probe: "Heating",
  meter: "Energy",
  breaker: "Energy",
  contact: "Contacts",
  alarm: "Alarm",
  scene: "Scenes",
  module: "Scenes",
  cen: "Controls",
  cenplus: "Controls",
};

/** What the page knows. */
export class Model {
  connection: Connection = "connecting";
  session: Session | undefined;
  plants: readonly PlantReport[] = [];
  /** Why the server lets nobody in from here. */
  refusal = "";
  readonly #draw: () => void;
  readonly #devices = new Map<string, DeviceReport>();
  /** What was asked for and not yet taken by the server. */
  readonly #asked = new Map<string, NonNullable<DeviceReport["asked"]>>();
  /** What the server did not take. */
  readonly #faults = new Map<string, string>();
  readonly #retry = new Retry(() => this.start());
  #stop = () => {};

  constructor(draw: () => void) {
    this.#draw = draw;
    document.addEventListener("visibilitychange", () => {
      // A telephone that wakes up wants to know at once.
      if (!document.hidden && this.connection === "lost") void this.start();
    });
    addEventListener("online", () => void this.start());
  }

  /** Begins, or begins again. */
  async start(): Promise<void> {
    this.#retry.stop();
    this.#stop();
    try {
      this.session = await session();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        return this.#turn("locked");
      }
      if (error instanceof Refused && error.status === 403) {
        this.refusal = error.message;
        return this.#turn("refused");
      }
      return this.#lost();
    }
    this.#stop = listen<PageReport>(
      (report) => this.#take(report),
      () => this.#lost(),
    );
  }

  /** Signs in. */
  async signIn(token: string): Promise<void> {
    await signIn(token);
    this.#turn("connecting");
    await this.start();
  }

  /** Signs out. */
  async signOut(): Promise<void> {
    this.#stop();
    await signOut(this.session?.proof);
    this.#devices.clear();
    this.#turn("locked");
  }

  /** Gives an order to a device. */
  async order({ key, plant, id }: Device, part: string, text: string) {
    const asked = { part, text };
    this.#asked.set(key, asked);
    this.#faults.delete(key);
    this.#draw();
    try {
      const proof = this.session?.proof ?? "";
      await order({ plant, id, part, text }, proof);
    } catch (error) {
      if (this.#asked.get(key) === asked) {
        this.#faults.set(key, messageOf(error));
      }
      if (error instanceof Refused && error.status === 401) void this.start();
    }
    if (this.#asked.get(key) === asked) this.#asked.delete(key);
    this.#draw();
  }

  /** The rooms, as the home names them, and then what has no room. */
  get rooms(): Room[] {
    const rooms = new Map<string, Device[]>();
    const online = new Map(
      this.plants.map(({ name, isOnline }) => [name, isOnline]),
    );
    const several = this.plants.length > 1;
    const all = [...this.#devices.entries()];
    const order = Object.keys(OTHERS);
    const inRooms = all.filter(([, { room }]) => room !== undefined);
    const others = all.filter(([, { room }]) => room === undefined)
      .sort(([, a], [, b]) => order.indexOf(a.kind) - order.indexOf(b.kind));
    for (const [key, device] of [...inRooms, ...others]) {
      const { room, kind, plant } = device;
      const title = room ??
        (several ? `${OTHERS[kind]} · ${plant}` : OTHERS[kind]);
      const devices = rooms.get(title) ?? [];
      rooms.set(title, devices);
      const asked = this.#asked.get(key) ?? device.asked;
      const fault = this.#faults.get(key) ?? device.fault;
      devices.push({
        ...device,
        ...(asked && { asked }),
        ...(fault !== undefined && { fault }),
        key,
        isThere: this.connection === "live" && online.get(plant) === true,
      });
    }
    return [...rooms].map(([name, devices]) => ({ name, devices }));
  }

  #take({ isWhole, plants, devices }: PageReport): void {
    if (isWhole) this.#devices.clear();
    this.plants = plants;
    for (const device of devices) {
      const key = `${device.plant}/${device.id}`;
      this.#devices.set(key, device);
      this.#faults.delete(key);
    }
    this.#retry.worked();
    this.#turn("live");
  }

  #lost(): void {
    this.#retry.again();
    this.#turn("lost");
  }

  #turn(connection: Connection): void {
    this.connection = connection;
    this.#draw();
  }
}
