// Copyright 2026 the Wirekit authors. MIT license.

/** What a route of a gateway is. */

import type {
  CommandOptions,
  Gateway,
  HomeItem,
  HomeKind,
} from "@wirekit/openwebnet";
import { BadDataError } from "./_faults.ts";
import type { PlantsView } from "./_page_module.ts";
import type { TimedShutters } from "./_timed_shutters.ts";

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

export type Args = Record<string, unknown>;

/** A route. */
export interface GatewayRoute {
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
export function device<T>(
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

/** Returns the target that `where` means for the classes of openwebnet. */
export function targetOf(
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

export function numberIn(name: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new BadDataError(`${name} has to be a number.`);
}
