// Copyright 2026 the Wirekit authors. MIT license.

/** A connection to an MQTT broker that is restored with its messages. */

import { now, settled, sleep, within } from "@wirekit/internal/clock";
import {
  HandshakeError,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
import { reasonOf as whyNot } from "@wirekit/transport/tcp";
import type { ClientOptions, Library, MqttClient } from "./_library.ts";

/** How to reach the broker. */
export interface BrokerOptions {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: URL;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  } | undefined;
  /** How long to wait for a usable connection, in milliseconds. */
  readonly connectTimeout: number;
  /** The message that the broker publishes when it loses us. */
  readonly will: { readonly topic: string; readonly payload: string };
  /** The topics to subscribe to. */
  readonly topics: readonly string[];
}

/** Functions that are called with the events of the connection. */
export interface BrokerEvents {
  /** The broker is connected, and its topics are subscribed to. */
  opened(): void;
  /** The connection was lost, or could not be restored. */
  lost(error: Error, wasOpen: boolean): void;
  /** A message came. `isRetained` means that the broker had kept it. */
  received(topic: string, payload: string, isRetained: boolean): void;
}

/** Longest silence of a broker, and of us, in seconds (the unit of MQTT). */
const KEEPALIVE = 30;

/** First and longest pause before connecting again, in milliseconds. */
const MIN_DELAY = 1_000;
const MAX_DELAY = 30_000;

/** How long a message may wait to be acknowledged, in milliseconds. */
const PUBLISH_TIMEOUT = 30_000;

/** Maximum number of waiting one-off messages. The oldest are dropped. */
const MAX_ONCE = 256;

/**
 * Longest message to accept, in bytes: the discovery message of a large plant.
 */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * A connection to a broker. Retained messages are sent again on each
 * connection, because the broker may have lost them. They wait for as long as
 * necessary, and a newer payload replaces an older one, so there is at most one
 * per topic.
 */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #events: BrokerEvents;
  readonly #kept = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #once: { topic: string; payload: string }[] = [];
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #client: MqttClient | undefined;
  #wake: (() => void) | undefined;

  /** Starts to connect. */
  constructor(options: BrokerOptions, events: BrokerEvents) {
    this.#options = options;
    this.#events = events;
    this.#running = this.#run();
    this.#running.catch(() => {});
  }

  /** Whether it is connected. */
  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /**
   * Settles when the connection has ended for good. Rejects if the first
   * connection fails, or because of a bug.
   */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Publishes a message that the broker should retain. */
  keep(topic: string, payload: string): void {
    if (this.#kept.get(topic) === payload) return;
    this.#kept.set(topic, payload);
    this.#changed.add(topic);
    this.#wake?.();
  }

  /**
   * Publishes a message once, to those who listen now. It is dropped while
   * there is no connection, because an event of the past is of no use later.
   */
  tell(topic: string, payload: string): void {
    if (this.#client === undefined) return;
    this.#once.push({ topic, payload });
    if (this.#once.length > MAX_ONCE) this.#once.shift();
    this.#wake?.();
  }

  /** Publishes a retained message again, over that of somebody else. */
  again(topic: string): void {
    if (!this.#kept.has(topic)) return;
    this.#changed.add(topic);
    this.#wake?.();
  }

  /** Publishes all retained messages again. */
  repeat(): void {
    for (const topic of this.#kept.keys()) this.#changed.add(topic);
    this.#wake?.();
  }

  /** Publishes the will, and ends the connection for good. */
  async close(): Promise<void> {
    const { topic, payload } = this.#options.will;
    const client = this.#client;
    if (client !== undefined) {
      await settled(publish(client, topic, payload, true), 1_000);
    }
    this.#over.abort(new DOMException("Bridge was closed", "AbortError"));
    await this.#running.catch(() => {});
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    let wasOpen = false;
    for (let failures = 0; !signal.aborted; failures++) {
      const since = now();
      let error: Error;
      let isOpened = false;
      try {
        error = await this.#session(() => isOpened = wasOpen = true);
        if (now() - since > MAX_DELAY) failures = 0;
      } catch (thrown) {
        error = thrown as Error;
        if (signal.aborted) return;
        // A broker that was never reached is most likely a typing error.
        if (!wasOpen) throw error;
      }
      if (signal.aborted) return;
      this.#events.lost(error, isOpened);
      const delay = Math.min(MIN_DELAY * 2 ** failures, MAX_DELAY);
      // Clients should not all come at once when a broker is back.
      await sleep(delay * (1 + Math.random() / 4), { signal }).catch(() => {});
    }
  }

  /** Connects, and returns why the connection ended. */
  async #session(opened: () => unknown): Promise<Error> {
    const { url, connectTimeout, topics } = this.#options;
    const { signal } = this.#over;
    const place = url.host;
    const { connect } = await library();
    signal.throwIfAborted();
    const client = withoutEnvironment(() =>
      connect(url.href, this.#clientOptions())
    );
    let failure: Error | undefined;
    const end = Promise.withResolvers<never>();
    end.promise.catch(() => {});
    client.on("error", (error) => failure ??= error);
    client.on(
      "close",
      () => end.reject(failure ?? new Error("the connection was closed")),
    );
    client.on("message", (topic, payload, packet) => {
      if (payload.length > MAX_MESSAGE_BYTES) return;
      const text = new TextDecoder().decode(payload);
      this.#events.received(topic, text, packet.retain);
    });
    const abort = () => end.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await within(
        Promise.race([subscribed(client, topics), end.promise]),
        connectTimeout,
        () =>
          new TimeoutError(
            `The broker at ${place} did not answer within ${connectTimeout} ms`,
          ),
        { signal },
      ).catch((error) => {
        throw signal.aborted ? error : notConnected(error, place);
      });
      opened();
      this.#client = client;
      this.#once.length = 0;
      this.repeat();
      this.#events.opened();
      return await Promise.race([this.#pump(client), end.promise])
        .catch((error) => error);
    } finally {
      this.#client = undefined;
      signal.removeEventListener("abort", abort);
      end.reject(new Error("the connection is over"));
      this.#wake?.();
      await settled(ended(client), 1_000);
    }
  }

  /** Publishes messages one after the other, until the client is replaced. */
  async #pump(client: MqttClient): Promise<Error> {
    while (this.#client === client) {
      const [topic] = this.#changed;
      const once = topic === undefined ? this.#once.shift() : undefined;
      if (topic !== undefined) {
        this.#changed.delete(topic);
        await publish(client, topic, this.#kept.get(topic)!, true)
          .catch((error) => {
            this.#changed.add(topic);
            throw error;
          });
      } else if (once !== undefined) {
        await publish(client, once.topic, once.payload, false);
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
        this.#wake = undefined;
      }
    }
    return new Error("the connection is over");
  }

  #clientOptions(): ClientOptions {
    const { username, password, tls, will } = this.#options;
    return {
      // Of version 4: cut short, one of version 7 would only be the time.
      clientId: `openwebnet-${crypto.randomUUID().slice(0, 8)}`,
      clean: true,
      // Our own timeout applies instead.
      connectTimeout: 2 ** 31 - 1,
      keepalive: KEEPALIVE,
      // We reconnect by the rules above, and with an empty queue.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      timerVariant: "native",
      will: {
        topic: will.topic,
        payload: will.payload,
        qos: 1,
        retain: true,
      },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
    };
  }
}

/** Resolves when the client is connected and has subscribed to its topics. */
function subscribed(
  client: MqttClient,
  topics: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) =>
    client.on(
      "connect",
      () =>
        client.subscribe([...topics], { qos: 1 }, (error, granted) => {
          const refused = granted?.find(({ qos }) => qos > 2);
          if (error) reject(error);
          else if (refused) {
            reject(
              new Error(`it refuses the subscription to ${refused.topic}`),
            );
          } else resolve();
        }),
    )
  );
}

async function publish(
  client: MqttClient,
  topic: string,
  payload: string,
  retain: boolean,
): Promise<void> {
  const done = new Promise<void>((resolve, reject) =>
    client.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (error) reject(error);
      else resolve();
    })
  );
  await within(
    done,
    PUBLISH_TIMEOUT,
    () => new TimeoutError("the broker no longer acknowledges messages"),
  );
}

function ended(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.end(true, {}, () => resolve()));
}

/** Creates an error that says, without secrets, why there is no connection. */
function notConnected(error: Error & { code?: unknown }, place: string): Error {
  if (error instanceof TimeoutError) return error;
  // The codes of MQTT 3.1.1 for a bad user name or password, and for one that
  // may not connect.
  if (error.code === 4 || error.code === 5) {
    return new HandshakeError(
      `The broker at ${place} refuses the user name or the password`,
      { url: `mqtt://${place}`, cause: error },
    );
  }
  return new NotConnectedError(
    `Cannot use the broker at ${place}: ${whyNot(error) || error.code}`,
    { cause: error },
  );
}

let loaded: Promise<Library> | undefined;

/** Loads the library when it is first needed. */
function library(): Promise<Library> {
  return loaded ??= withoutEnvironment(async () => {
    const { default: library } = await import("./_npm_mqtt.ts");
    return library;
  });
}

/**
 * Runs a function with an empty environment. The dependencies of `mqtt` read
 * the whole environment when they are loaded, to find variables that control
 * their debugging. Without permission for all of it, that would end the
 * program.
 */
function withoutEnvironment<T>(use: () => T): T {
  const { process } = globalThis as { process?: { env: unknown } };
  if (process === undefined || !("Deno" in globalThis)) return use();
  const before = Object.getOwnPropertyDescriptor(process, "env");
  Object.defineProperty(process, "env", {
    value: {},
    configurable: true,
    writable: true,
  });
  const restore = () => {
    if (before === undefined) delete (process as { env?: unknown }).env;
    else Object.defineProperty(process, "env", before);
  };
  let isLater = false;
  try {
    const result = use();
    if (result instanceof Promise) {
      isLater = true;
      return result.finally(restore) as T;
    }
    return result;
  } finally {
    if (!isLater) restore();
  }
}
