// Copyright 2026 the Wirekit authors. MIT license.

/** What a gateway can be asked for in a hub, in units that people use. */

import type { RouteInfo } from "@wirekit/hub/hub";
import {
  Alarm,
  type CommandOptions,
  decode,
  Dimmer,
  discoverItems,
  Door,
  type Gateway,
  type GatewayEvent,
  type HomeItem,
  type HomeKind,
  Light,
  Lock,
  Meter,
  nameOf,
  parse,
  Scene,
  serialize,
  Shutter,
  Zone,
} from "@wirekit/openwebnet";
import type { PlantOrder, PlantsView } from "./_page_module.ts";

import type { TimedShutters } from "./_timed_shutters.ts";

/** Reports data that a route does not take. */
export class BadDataError extends Error {}

/** What a route works with. */
export interface GatewayContext {
  readonly gateway: Gateway;
  readonly names: ReadonlyMap<string, HomeItem>;
  readonly timed: TimedShutters;
  /** The name that it has in the hub. */
  readonly name: string;
  /** What the page of the plant shows. */
  readonly view: () => PlantsView;
  readonly options: CommandOptions;
}

type Args = Record<string, unknown>;

/** A route. */
interface GatewayRoute {
  readonly description: string;
  /** Which names `where` may be; no kind if there is no `where`. */
  readonly kind?: HomeKind | "any";
  /** The schemas of its other params. */
  readonly params?: Record<string, object>;
  readonly required?: readonly string[];
  /** The member of its result, which is a number. */
  readonly gives?: string;
  readonly readOnly?: boolean;
  run(args: Args, context: GatewayContext): Promise<unknown>;
}

/** Makes a route to one device, as `make` takes it. */
function device<T>(
  kind: HomeKind | "any",
  make: (gateway: Gateway, where: string) => T,
  run: (item: T, args: Args, options: CommandOptions) => Promise<unknown>,
): Pick<GatewayRoute, "kind" | "run"> {
  return {
    kind,
    run: async (args, { gateway, names, options }) => {
      const where = targetOf(args, kind, names);
      return await run(make(gateway, where), args, options) ?? null;
    },
  };
}

const light = (
  run: (item: Light, options: CommandOptions) => Promise<unknown>,
) =>
  device(
    "light",
    (gateway, where) => new Light(gateway, where),
    (item, _args, options) => run(item, options),
  );

const shutter = (
  move: (item: Shutter, options: CommandOptions) => Promise<unknown>,
): Pick<GatewayRoute, "kind" | "run"> => ({
  kind: "shutter",
  async run(args, { gateway, names, timed, options }) {
    const where = targetOf(args, "shutter", names);
    await timed.take(where);
    return await move(new Shutter(gateway, where), options) ?? null;
  },
});

const LEVEL = {
  level: { type: "integer", minimum: 0, maximum: 100, description: "Per cent" },
};

/** The routes, by name. */
export const GATEWAY_ROUTES: Readonly<Record<string, GatewayRoute>> = {
  "light.on": {
    description: "Switches a light on",
    ...light((item, options) => item.on(options)),
  },
  "light.off": {
    description: "Switches a light off",
    ...light((item, options) => item.off(options)),
  },
  "light.toggle": {
    description: "Switches a light over",
    ...light((item, options) => item.toggle(options)),
  },
  "light.status": {
    description: "Says whether lights are on",
    readOnly: true,
    ...light((item, options) => item.states(options)),
  },
  "light.level": {
    description: "Dims a light to a level; without one, says its level",
    params: LEVEL,
    ...device(
      "light",
      (gateway, where) => new Dimmer(gateway, where),
      async (item, { level }, options) =>
        level === undefined
          ? { level: await item.level(options) }
          : await item.setLevel(numberIn("level", level), options),
    ),
  },
  "shutter.up": {
    description: "Opens a shutter",
    ...shutter((item, options) => item.up(options)),
  },
  "shutter.down": {
    description: "Closes a shutter",
    ...shutter((item, options) => item.down(options)),
  },
  "shutter.stop": {
    description: "Stops a shutter",
    ...shutter((item, options) => item.stop(options)),
  },
  "shutter.level": {
    description: "Moves a shutter to a level, 0 closed to 100 open; without " +
      "one, says where it is",
    params: LEVEL,
    kind: "shutter",
    async run({ level, ...args }, { gateway, names, timed, options }) {
      const where = targetOf(args, "shutter", names);
      const item = new Shutter(gateway, where);
      const isTimed = timed.has(where);
      if (level === undefined) {
        return isTimed
          ? { level: timed.level(where) }
          : await item.position(options);
      }
      const to = numberIn("level", level);
      await (isTimed ? timed.goTo(where, to, options) : item.goTo(to, options));
      return null;
    },
  },
  "temperature.read": {
    description: "Says the temperature of a zone in °C",
    gives: "celsius",
    readOnly: true,
    ...device(
      "zone",
      (gateway, where) => new Zone(gateway, where),
      async (item, _args, options) => ({
        celsius: await item.temperature(options),
      }),
    ),
  },
  "temperature.set": {
    description: "Sets the temperature of a zone in °C, by hand",
    params: {
      celsius: { type: "number", minimum: 5, maximum: 40, multipleOf: 0.5 },
    },
    required: ["celsius"],
    ...device(
      "zone",
      (gateway, where) => new Zone(gateway, where),
      (item, { celsius }, options) =>
        item.setTemperature(numberIn("celsius", celsius), "generic", options),
    ),
  },
  "energy.power": {
    description: "Says the power that a meter measures, in W",
    gives: "watts",
    readOnly: true,
    ...device(
      "meter",
      (gateway, where) => new Meter(gateway, where),
      async (item, _args, options) => ({ watts: await item.power(options) }),
    ),
  },
  "scene.run": {
    description: "Starts a scene",
    ...device(
      "scene",
      (gateway, where) => new Scene(gateway, where),
      (item, _args, options) => item.start(options),
    ),
  },
  "door.open": {
    description: "Opens the lock of a door",
    ...device(
      "any",
      (gateway, where) => new Door(gateway, where),
      (item, _args, options) => item.open(options),
    ),
  },
  "lock.on": {
    description: "Locks an actuator: it keeps its state",
    ...device(
      "any",
      (gateway, where) => new Lock(gateway, where),
      (item, _args, options) => item.lock(options),
    ),
  },
  "lock.off": {
    description: "Releases an actuator that was locked",
    ...device(
      "any",
      (gateway, where) => new Lock(gateway, where),
      (item, _args, options) => item.unlock(options),
    ),
  },
  "alarm.state": {
    description: "Says what the burglar alarm says of itself",
    readOnly: true,
    run: async (_args, { gateway, options }) =>
      (await new Alarm(gateway).status(options)).map(shown),
  },
  status: {
    description:
      "Says what devices say of themselves. who: the area, such as " +
      "1 for lights",
    kind: "any",
    params: { who: { type: "integer", minimum: 0 } },
    readOnly: true,
    async run(args, { gateway, names, options }) {
      const { where } = args;
      const item = typeof where === "string" ? names.get(where) : undefined;
      const who = item?.who ?? numberIn("who", args.who);
      const target = item?.where ?? targetOf(args, "any", names);
      const request = { kind: "status", who, where: target } as const;
      const replies = await gateway.request(request, options);
      return replies.map((reply) => shown(decode(reply)));
    },
  },
  devices: {
    description: "Says which devices the plant has",
    readOnly: true,
    async run(_args, { gateway, names, options }) {
      const home = { gateways: {}, names: Object.fromEntries(names) };
      const found = await discoverItems(gateway, options);
      return found.map((item) => {
        const name = nameOf(home, item.who, item.where);
        return { ...item, ...(name !== undefined && { name }) };
      });
    },
  },
  send: {
    description: "Sends a frame as it is, such as *1*1*12##; says the answers",
    params: { frame: { type: "string" } },
    required: ["frame"],
    async run({ frame }, { gateway, options }) {
      if (typeof frame !== "string") {
        throw new BadDataError("frame has to be a string, such as *1*1*12##.");
      }
      const message = parse(frame);
      if (message.kind === "status" || message.kind === "request") {
        return (await gateway.request(message, options)).map(serialize);
      }
      await gateway.send(message, options);
      return null;
    },
  },
};

/** The routes of a gateway whose plant has a page. */
export const PAGE_ROUTES: Readonly<Record<string, GatewayRoute>> = {
  "plant.state": {
    description:
      "Says what the page of the plant shows. since: the now of an " +
      "earlier answer, for what has changed",
    params: { since: { type: "string" } },
    readOnly: true,
    run: async ({ since }, { view }) =>
      await view().report(typeof since === "string" ? since : ""),
  },
  "plant.order": {
    description: "Starts an order of the page of the plant: id of a device " +
      "such as light_12, text such as ON, part such as position",
    params: {
      id: { type: "string" },
      text: { type: "string" },
      part: { type: "string" },
    },
    required: ["id", "text"],
    async run({ id, text, part = "" }, { name: plant, view }) {
      for (const [name, value] of Object.entries({ id, text, part })) {
        if (typeof value === "string") continue;
        throw new BadDataError(`${name} has to be a string.`);
      }
      const order = { plant, id, part, text } as PlantOrder;
      await view().order(order);
      return null;
    },
  },
};

const SUBSCRIBE: RouteInfo = {
  description: "Tells you what happens on the bus, as information",
  params: {
    type: "object",
    properties: {
      who: { type: "integer", description: "Only of this area" },
      where: { type: "string", description: "Only of this target" },
    },
  },
};

/** What is announced: each route with its schema, and the names of the home. */
export function schemasOf(
  routes: Readonly<Record<string, GatewayRoute>>,
  names: ReadonlyMap<string, HomeItem>,
): Record<string, RouteInfo> {
  const all: Record<string, RouteInfo> = {};
  for (const [route, info] of Object.entries(routes)) {
    const { description, kind, params, required = [], readOnly, gives } = info;
    const where = kind && { where: whereSchema(kind, names) };
    const isNeeded = kind && route !== "status";
    all[route] = {
      description,
      params: {
        type: "object",
        properties: { ...where, ...params },
        required: [...isNeeded ? ["where"] : [], ...required],
      },
      ...(gives && {
        result: {
          type: "object",
          properties: { [gives]: { type: "number" } },
          required: [gives],
        },
      }),
      ...(readOnly && { readOnly }),
    };
  }
  return {
    ...all,
    subscribe: SUBSCRIBE,
    unsubscribe: { description: "Tells you nothing any more" },
  };
}

function whereSchema(
  kind: HomeKind | "any",
  names: ReadonlyMap<string, HomeItem>,
): object {
  const known = [...names].filter(([_, item]) =>
    kind === "any" || item.kind === kind
  ).map(([name]) => name);
  const targets = kind === "any" ? "The target" : `The target of the ${kind}`;
  const also = known.length > 0 ? `, or its name: ${known.join(", ")}` : "";
  return { type: "string", description: `${targets}, such as 12${also}` };
}

/** Returns the target that `where` means for the classes of openwebnet. */
function targetOf(
  { where }: Args,
  kind: HomeKind | "any",
  names: ReadonlyMap<string, HomeItem>,
): string {
  const text = Number.isInteger(where) ? `${where}` : where;
  if (typeof text !== "string" || text === "") {
    throw new BadDataError('where has to be a string, such as "12".');
  }
  const item = names.get(text);
  if (!item) {
    return kind === "meter" && /^\d{1,3}$/.test(text) ? `5${text}` : text;
  }
  if (kind === "any" || item.kind === kind) return item.where;
  throw new BadDataError(`${text} is no ${kind}, but a ${item.kind}.`);
}

function numberIn(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new BadDataError(`${name} has to be a number.`);
}

/** An event without the message that it was read from. */
function shown({ message: _, ...rest }: GatewayEvent): object {
  return rest;
}
