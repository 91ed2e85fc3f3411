// Copyright 2026 the Wirekit authors. MIT license.

/** What a gateway can be asked for in a hub, in units that people use. */

import {
  Alarm,
  type CommandOptions,
  decode,
  Dimmer,
  discoverItems,
  Door,
  type GatewayEvent,
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
import { BadDataError } from "./_faults.ts";
import { device, type GatewayRoute, numberIn, targetOf } from "./_route.ts";

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

/** An event without the message that it was read from. */
function shown({ message: _, ...rest }: GatewayEvent): object {
  return rest;
}
