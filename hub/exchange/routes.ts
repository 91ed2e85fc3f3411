// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What participants can be asked for, as far as it is known.
 *
 * @module
 */
import { type Fault, fault } from "./fault.ts";

/**
 * What a participant tells of one of its routes.
 *
 * @category Participants and doors
 */
export interface RouteInfo {
  /** What it does, in words. */
  readonly description?: string;
  /** The JSON Schema of its data. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** The JSON Schema of its result. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Whether it changes nothing. */
  readonly readOnly?: boolean;
}

/**
 * A route that is known.
 *
 * @category Participants and doors
 */
export interface KnownRoute extends RouteInfo {
  /** The name of the participant. */
  readonly name: string;
  /** The route. */
  readonly route: string;
  /** Whether the participant told of it; otherwise it once answered. */
  readonly announced: boolean;
}

/** The longest announcement, in characters of its JSON text. */
const MAX_ANNOUNCEMENT = 262_144;

/** The most routes of one participant, announced or not. */
const MAX_ROUTES = 1_000;

/** The most names whose routes are remembered. */
const MAX_NAMES = 10_000;

/** The longest route that is remembered. */
const MAX_ROUTE_LENGTH = 256;

/** What is known of the routes of one name. */
interface Page {
  announced: Map<string, RouteInfo> | undefined;
  readonly learned: Set<string>;
}

/** What a participant of another node announced. */
interface Elsewhere {
  readonly node: string;
  readonly announced: ReadonlyMap<string, RouteInfo>;
}

/**
 * Remembers the routes of participants by name: those that they announce, while
 * they have the name, and those that once answered.
 *
 * @category Participants and doors
 */
export class Routes {
  readonly #pages = new Map<string, Page>();
  readonly #watchers = new Set<() => void>();
  /** What participants of other nodes told, by name. */
  readonly #elsewhere = new Map<string, Elsewhere>();
  readonly #ownerOf: (name: string) => string | undefined;
  readonly #announced: (name: string, text: string) => void;

  /**
   * Makes an empty list.
   *
   * @param ownerOf Returns the id of the other node of a cluster that has a name,
   * as a JSON text. By default none has.
   * @param announced Called with each announcement, as a JSON text.
   */
  constructor(
    ownerOf: (name: string) => string | undefined = () => undefined,
    announced: (name: string, text: string) => void = () => {},
  ) {
    this.#ownerOf = ownerOf;
    this.#announced = announced;
  }

  /** The names whose routes are known, as JSON texts; nobody may have them now. */
  get names(): string[] {
    return [...new Set([...this.#pages.keys(), ...this.#elsewhere.keys()])];
  }

  /** The announcements of participants of this process, as JSON texts by name. */
  get announcements(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const [name, { announced }] of this.#pages) {
      if (!announced) continue;
      found.set(name, JSON.stringify(Object.fromEntries(announced)));
    }
    return found;
  }

  /**
   * Tells of each change of what can be asked for, by participants that come,
   * go, announce, or answer a route for the first time.
   *
   * @param changed Is called at each change.
   * @returns Ends that.
   */
  watch(changed: () => void): () => void {
    const watcher = () => changed();
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Takes an announcement. It replaces the one before.
   *
   * @param name The name of the participant, as JSON text.
   * @param text The JSON text of its routes by name, each with a
   * {@linkcode RouteInfo}.
   * @returns Why it is refused, if it is.
   */
  announce(name: string, text: string): Fault | undefined {
    const announced = readRoutes(text);
    if (!(announced instanceof Map)) return announced;
    const page = this.#page(name);
    if (!page) return refuse(`More than ${MAX_NAMES} names have routes.`);
    page.announced = announced;
    this.#announced(name, text);
    this.#changed();
    return undefined;
  }

  /**
   * Takes the announcement of a participant of another node. It counts as long as
   * that node has the name.
   *
   * @param name The name of the participant, as JSON text.
   * @param node The id of the node.
   * @param text As of {@linkcode Routes.announce}.
   */
  hear(name: string, node: string, text: string): void {
    const announced = readRoutes(text);
    if (!(announced instanceof Map)) return;
    if (this.#elsewhere.size >= MAX_NAMES) {
      for (const [each, { node }] of this.#elsewhere) {
        if (this.#ownerOf(each) !== node) this.#elsewhere.delete(each);
      }
      if (this.#elsewhere.size >= MAX_NAMES) return;
    }
    this.#elsewhere.set(name, { node, announced });
    this.#changed();
  }

  /**
   * Forgets what participants of another node announced.
   *
   * @param node The id of the node.
   */
  gone(node: string): void {
    for (const [name, each] of this.#elsewhere) {
      if (each.node === node) this.#elsewhere.delete(name);
    }
    this.#changed();
  }

  /**
   * Is told that a name is no longer at the node where it was.
   *
   * @param name The name, as JSON text.
   */
  moved(name: string): void {
    if (this.#elsewhere.has(name)) this.#changed();
  }

  /**
   * Remembers a route that has answered.
   *
   * @param name The name of the participant, as JSON text.
   * @param route The route.
   */
  learn(name: string, route: string): void {
    const page = this.#pages.get(name);
    if (page?.learned.has(route) || route.length > MAX_ROUTE_LENGTH) return;
    const { learned } = page ?? this.#page(name) ?? {};
    if (!learned || learned.size >= MAX_ROUTES) return;
    learned.add(route);
    this.#changed();
  }

  /**
   * Notes that a name has been taken: what was learned of it counts again.
   *
   * @param name The name, as JSON text.
   */
  joined(name: string): void {
    if (this.#pages.has(name)) this.#changed();
  }

  /**
   * Forgets what a participant announced. What was learned of its name is kept
   * for the next one, until it is pushed out by others.
   *
   * @param name The name, as JSON text.
   */
  left(name: string): void {
    const page = this.#pages.get(name);
    if (!page) return;
    page.announced = undefined;
    this.#changed();
  }

  /**
   * Returns the routes of a participant.
   *
   * @param name Its name, as JSON text.
   * @returns The routes: the announced ones first.
   */
  of(name: string): KnownRoute[] {
    const { announced = this.#heard(name), learned } = this.#pages.get(name) ??
      {};
    const base = { name: String(JSON.parse(name)) };
    const found: KnownRoute[] = [];
    for (const [route, info] of announced ?? []) {
      found.push({ ...base, route, announced: true, ...info });
    }
    for (const route of learned ?? []) {
      if (announced?.has(route)) continue;
      found.push({ ...base, route, announced: false });
    }
    return found;
  }

  #heard(name: string): ReadonlyMap<string, RouteInfo> | undefined {
    const heard = this.#elsewhere.get(name);
    return heard && this.#ownerOf(name) === heard.node
      ? heard.announced
      : undefined;
  }

  #page(name: string): Page | undefined {
    let page = this.#pages.get(name);
    if (page) return page;
    if (this.#pages.size >= MAX_NAMES) {
      const oldest = this.#pages.entries().find(([_, { announced }]) =>
        !announced
      );
      if (!oldest) return undefined;
      this.#pages.delete(oldest[0]);
    }
    page = { announced: undefined, learned: new Set() };
    this.#pages.set(name, page);
    return page;
  }
}

/** Reads an announcement; returns why it is refused, if it is. */
function readRoutes(text: string): Map<string, RouteInfo> | Fault {
  if (text.length > MAX_ANNOUNCEMENT) {
    return refuse(
      `The announcement is longer than ${MAX_ANNOUNCEMENT} characters.`,
    );
  }
  const routes: unknown = JSON.parse(text);
  if (!isRecord(routes)) {
    return refuse("routes has to be an object: routes by name.");
  }
  const entries = Object.entries(routes);
  if (entries.length > MAX_ROUTES) {
    return refuse(`There are more than ${MAX_ROUTES} routes.`);
  }
  const announced = new Map<string, RouteInfo>();
  for (const [route, info] of entries) {
    const expected = faultOf(info);
    if (expected !== undefined) {
      return refuse(`Of the route ${JSON.stringify(route)}, ${expected}.`);
    }
    announced.set(route, known(info as RouteInfo));
  }
  return announced;
}

function refuse(why: string): Fault {
  return fault("InvalidData", why);
}

/** Returns what is wrong with what was told of a route. */
function faultOf(info: unknown): string | undefined {
  if (!isRecord(info)) return "an object has to tell more, such as {}";
  const { description, params, result, readOnly } = info;
  if (description !== undefined && typeof description !== "string") {
    return "description has to be a text";
  }
  if (params !== undefined && !isRecord(params)) {
    return "params has to be a JSON Schema, which is an object";
  }
  if (result !== undefined && !isRecord(result)) {
    return "result has to be a JSON Schema, which is an object";
  }
  if (readOnly !== undefined && typeof readOnly !== "boolean") {
    return "readOnly has to be true or false";
  }
  return undefined;
}

/** Keeps only what is known of a route. */
function known(
  { description, params, result, readOnly }: RouteInfo,
): RouteInfo {
  return {
    ...(description !== undefined && { description }),
    ...(params !== undefined && { params }),
    ...(result !== undefined && { result }),
    ...(readOnly !== undefined && { readOnly }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
