// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What participants can be asked for, as far as it is known.
 *
 * @module
 */
import {
  learnedText,
  MAX_ROUTES,
  readRoutes,
  refuse,
} from "./routes/_announcement.ts";
import type { Fault } from "./fault.ts";
import { HeardRoutes, MAX_NAMES } from "./routes/_heard_routes.ts";
import type { KnownRoute, RouteInfo } from "./route_info.ts";

/** The longest route that is remembered. */
const MAX_ROUTE_LENGTH = 256;

/** What is known of the routes of one name. */
interface Page {
  announced: Map<string, RouteInfo> | undefined;
  readonly learned: Set<string>;
}

/** How often those who can be asked for their routes are, in milliseconds. */
const LOOK_INTERVAL = 5_000;

/**
 * Remembers the routes of participants by name: those that they announce, while
 * they have the name, and those that once answered.
 *
 * @category Participants and doors
 */
export class Routes {
  readonly #pages = new Map<string, Page>();
  readonly #watchers = new Set<() => void>();
  readonly #askers = new Set<() => void>();
  #looked = -Infinity;
  readonly #heard: HeardRoutes;
  readonly #ownerOf: (name: string) => string | undefined;
  readonly #told: (name: string, text: string) => void;
  readonly #looks: () => void;

  /**
   * Makes an empty list.
   *
   * @param ownerOf Returns the id of the other node of a cluster that has a name,
   * as a JSON text. By default none has.
   * @param told Called with what becomes known of a participant of this process,
   * as {@linkcode Routes.hear} of another node takes it.
   * @param looks Called when somebody looks, for the other nodes to hear of it.
   * @param isReading Returns whether nobody can say yet who has all names: until
   * then the word of the other node counts.
   */
  constructor(
    ownerOf: (name: string) => string | undefined = () => undefined,
    told: (name: string, text: string) => void = () => {},
    looks: () => void = () => {},
    isReading: () => boolean = () => false,
  ) {
    this.#ownerOf = ownerOf;
    this.#told = told;
    this.#looks = looks;
    this.#heard = new HeardRoutes({ ownerOf, isReading });
  }

  /** The names whose routes are known, as JSON texts; nobody may have them now. */
  get names(): string[] {
    return [...new Set([...this.#pages.keys(), ...this.#heard.names])];
  }

  /**
   * All that is known of participants of this process, as
   * {@linkcode Routes.hear} of another node takes it.
   */
  get known(): [name: string, text: string][] {
    const found: [name: string, text: string][] = [];
    for (const [name, { announced, learned }] of this.#pages) {
      if (this.#ownerOf(name) !== undefined) continue;
      if (announced) {
        found.push([name, JSON.stringify(Object.fromEntries(announced))]);
      }
      if (learned.size > 0) found.push([name, learnedText(learned)]);
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

  /**
   * Lets a participant be asked again for its routes while somebody looks at
   * them: one that can say them, and does not say when they change.
   *
   * @param ask Asks it.
   * @returns Ends that.
   */
  onLook(ask: () => void): () => void {
    const asker = () => ask();
    this.#askers.add(asker);
    return () => void this.#askers.delete(asker);
  }

  /**
   * Is told that somebody looks: what is out of date is asked for again, at the
   * other nodes of a cluster too.
   *
   * @param isElsewhere Whether that is somebody at another node, which has told
   * all others.
   */
  look(isElsewhere = false): void {
    const now = performance.now();
    if (now - this.#looked < LOOK_INTERVAL) return;
    this.#looked = now;
    for (const ask of this.#askers) ask();
    if (!isElsewhere) this.#looks();
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
    this.#told(name, text);
    this.#changed();
    return undefined;
  }

  /**
   * Takes what is known of a participant of another node. It counts as long as
   * that node has the name.
   *
   * @param name The name of the participant, as JSON text.
   * @param node The id of the node.
   * @param text As of {@linkcode Routes.announce}; or routes that have answered,
   * each with `null`.
   */
  hear(name: string, node: string, text: string): void {
    if (this.#heard.hear(name, node, text)) this.#changed();
  }

  /**
   * Forgets what participants of another node announced.
   *
   * @param node The id of the node.
   */
  gone(node: string): void {
    this.#heard.gone(node);
    this.#changed();
  }

  /**
   * Is told that a name is no longer at the node where it was.
   *
   * @param name The name, as JSON text.
   */
  moved(name: string): void {
    if (this.#heard.has(name)) this.#changed();
  }

  /** Is told that it is known from now on who has which name. */
  listed(): void {
    if (this.#heard.size > 0) this.#changed();
  }

  /**
   * Returns whether another node knows what a participant of it can be asked for.
   *
   * @param name The name of the participant, as JSON text.
   * @returns Whether it does.
   */
  isHeard(name: string): boolean {
    return this.#heard.get(name) !== undefined;
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
    // Of a participant of another node, that node knows it too.
    if (this.#ownerOf(name) === undefined) {
      this.#told(name, learnedText([route]));
    }
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
    const page = this.#pages.get(name);
    const heard = this.#heard.get(name);
    const announced = page?.announced ?? heard?.announced;
    const learned = new Set([
      ...page?.learned ?? [],
      ...heard?.learned ?? [],
    ]);
    const base = { name: String(JSON.parse(name)) };
    const found: KnownRoute[] = [];
    for (const [route, info] of announced ?? []) {
      found.push({ ...base, route, announced: true, ...info });
    }
    for (const route of learned) {
      if (announced?.has(route)) continue;
      found.push({ ...base, route, announced: false });
    }
    return found;
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
