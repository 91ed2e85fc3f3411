// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The methods that a peer answers to.
 *
 * @module
 */

import { answerings } from "./_answerer.ts";
import { answering } from "./_answering_methods.ts";
import type { Connection, Context } from "./context.ts";
import type { Handler, SubscriptionHandler } from "./handler.ts";

export type { Handler, SubscriptionHandler };

/**
 * The id by which a switchboard asks for methods, and the notification that it
 * takes of changes of them.
 */
const HUB_DISCOVERY = "hub.discover";

/** How many of them are told: one that is gone is known at the next change. */
const MAX_HUBS = 16;

/**
 * A table of methods. Many connections may share it; a change takes effect at
 * once on all of them.
 *
 * @typeParam State What is kept of a connection.
 *
 * @example Add and remove while connections are open
 * ```ts
 * import { Methods } from "@wirekit/jsonrpc";
 * import { assert, assertThrows } from "@std/assert";
 *
 * const methods = new Methods().add("now", () => Date.now());
 * assertThrows(() => methods.add("now", () => 0), TypeError);
 * assert(methods.remove("now"));
 * ```
 *
 * @category Answering
 */
export class Methods<State = Record<string, unknown>> {
  readonly #handlers = new Map<string, Handler<State>>();
  readonly #subscriptions = new Map<
    string,
    Map<string, SubscriptionHandler<State>>
  >();
  #document: unknown;
  /** The hubs that have asked what there is: they are told of changes. */
  readonly #hubs = new Set<Connection<State>>();
  #isChanging = false;

  /** Makes an empty table. */
  constructor() {
    answerings.set(this, answering);
  }

  /**
   * The document that {@linkcode Methods.describe} was given; `undefined` if
   * there is none.
   */
  get document(): unknown {
    return this.#document;
  }

  /** The names of the methods. */
  get names(): string[] {
    return [...this.#handlers.keys()];
  }

  /**
   * Adds a method.
   *
   * @param name The name. Names that begin with `rpc.` are reserved.
   * @param handler Answers the calls.
   * @returns This table.
   * @throws {TypeError} If the name is taken or reserved, or the handler is no
   * function.
   *
   * @example A method with params by name
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods()
   *   .add("greet", (_call, { name }: { name: string }) => `Hello ${name}`);
   * assertEquals(methods.names, ["greet"]);
   * ```
   */
  add(name: string, handler: Handler<State>): this {
    if (name.startsWith("rpc.")) {
      throw new TypeError(
        `Cannot add method ${
          JSON.stringify(name)
        }: "rpc." is kept for the protocol`,
      );
    }
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot add method ${JSON.stringify(name)}: it is not a function`,
      );
    }
    if (this.#handlers.has(name)) {
      throw new TypeError(
        `Cannot add method ${JSON.stringify(name)}: it is there already`,
      );
    }
    this.#handlers.set(name, handler);
    this.#changed();
    return this;
  }

  /**
   * Adds a subscription, in the shape that Ethereum's clients know: a caller
   * subscribes with `<namespace>_subscribe [name, ...params]`.
   *
   * @param namespace The part of the name before the `_`.
   * @param name The first param.
   * @param handler Gives the events.
   * @returns This table.
   * @throws {TypeError} If there is such a subscription already.
   *
   * @example Count
   * ```ts
   * import { Methods, Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const methods = new Methods()
   *   .addSubscription("demo", "count", async function* (_call, to: number) {
   *     for (let i = 1; i <= to; i++) yield i;
   *   });
   * const [near, far] = pair();
   * await using _server = new Peer(far, { methods, subscriptionEnd: true });
   * await using client = new Peer(near);
   *
   * const subscription = await client.subscribe("demo", "count", [3]);
   * assertEquals(await Array.fromAsync(subscription), [1, 2, 3]);
   * ```
   */
  addSubscription(
    namespace: string,
    name: string,
    handler: SubscriptionHandler<State>,
  ): this {
    const byName = this.#subscriptions.get(namespace) ?? new Map();
    if (byName.has(name)) {
      throw new TypeError(
        `Cannot add subscription ${JSON.stringify(name)}: it is there already`,
      );
    }
    this.#subscriptions.set(namespace, byName.set(name, handler));
    return this;
  }

  /**
   * Adds all methods and subscriptions of another table as they are now.
   *
   * @param methods The other table.
   * @returns This table.
   * @throws {TypeError} If a name is taken; the names before it are added.
   *
   * @example Put two parts together
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const part = new Methods().add("now", () => Date.now());
   * assertEquals(new Methods().addAll(part).names, ["now"]);
   * ```
   */
  addAll(methods: Methods<State>): this {
    for (const [name, handler] of methods.#handlers) this.add(name, handler);
    for (const [namespace, byName] of methods.#subscriptions) {
      for (const [name, handler] of byName) {
        this.addSubscription(namespace, name, handler);
      }
    }
    return this;
  }

  /**
   * Removes a method.
   *
   * @param name The name.
   * @returns Whether it was there.
   *
   * @example It was not there
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new Methods().remove("now"), false);
   * ```
   */
  remove(name: string): boolean {
    const wasThere = this.#handlers.delete(name);
    if (wasThere) this.#changed();
    return wasThere;
  }

  /**
   * Finds a method.
   *
   * @param name The name.
   * @returns Its handler; `undefined` if there is none.
   *
   * @example Inherited names are no methods
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new Methods().get("constructor"), undefined);
   * ```
   */
  get(name: string): Handler<State> | undefined {
    return this.#handlers.get(name) ??
      (name === "rpc.discover"
        ? (call: Context<State>) => this.#discover(call)
        : undefined);
  }

  /**
   * Finds a subscription.
   *
   * @param namespace The part of the name before the `_`.
   * @param name The first param.
   * @returns Its handler; `undefined` if there is none.
   *
   * @example There is none
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new Methods().getSubscription("eth", "logs"), undefined);
   * ```
   */
  getSubscription(
    namespace: string,
    name: string,
  ): SubscriptionHandler<State> | undefined {
    return this.#subscriptions.get(namespace)?.get(name);
  }

  /**
   * Tells whether there are subscriptions of a namespace.
   *
   * @param namespace The part of the name before the `_`.
   * @returns Whether there are.
   *
   * @example There are none
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new Methods().hasNamespace("eth"), false);
   * ```
   */
  hasNamespace(namespace: string): boolean {
    return this.#subscriptions.has(namespace);
  }

  /**
   * Answers `rpc.discover` with an OpenRPC document. Without one, the answer has
   * only the names of the methods.
   *
   * @param document The document.
   * @returns This table.
   *
   * @example Be discovered
   * ```ts
   * import { Methods } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const info = { title: "Nothing", version: "1.0.0" };
   * const document = { openrpc: "1.3.2", info, methods: [] };
   * assertEquals(new Methods().describe(document).document, document);
   * ```
   */
  describe(document: unknown): this {
    this.#document = document;
    this.#changed();
    return this;
  }

  #tell(call: Context<State>): void {
    try {
      this.#hubs.add(call.peer);
    } catch {
      return; // By HTTP, nobody can be told anything.
    }
    const [first] = this.#hubs;
    if (this.#hubs.size > MAX_HUBS) this.#hubs.delete(first!);
  }

  /** Tells hubs of all that is added and removed in this turn. */
  #changed(): void {
    if (this.#isChanging || this.#hubs.size === 0) return;
    this.#isChanging = true;
    queueMicrotask(() => {
      this.#isChanging = false;
      for (const hub of this.#hubs) {
        hub.notify(HUB_DISCOVERY).catch(() => this.#hubs.delete(hub));
      }
    });
  }

  #discover(call: Context<State>): unknown {
    if (call.id === HUB_DISCOVERY) this.#tell(call);
    if (this.#document !== undefined) return this.#document;
    const subscriptions = [...this.#subscriptions].flatMap(([namespace, map]) =>
      [...map.keys()].map((name) => `${namespace}_${name}`)
    );
    const describe = (name: string) => ({ name, params: [] });
    return {
      openrpc: "1.3.2",
      info: { title: "Methods", version: "0.0.0" },
      methods: this.names.map(describe),
      ...(subscriptions.length > 0 && {
        "x-subscriptions": subscriptions.map(describe),
      }),
    };
  }
}
