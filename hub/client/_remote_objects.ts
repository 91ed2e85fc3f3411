// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { RemoteError } from "@wirekit/internal/errors";
import * as MessageType from "../winerp/_message_type.ts";
import * as Text from "../exchange/_text.ts";
import type { Wait } from "./_asker.ts";
import { isRecord, stringify } from "./_json.ts";
import type { Path } from "./_path.ts";
import type { IncomingResponse } from "./events.ts";
import type { CallOptions, RemoteObject } from "./objects.ts";

/** How long winerp waits for the result of an object's method. */
const CALL_TIMEOUT = 30_000;

/** What {@linkcode RemoteObjects} needs of a client. */
export interface RemoteObjectsOptions {
  /** Asks for anything but a route. */
  ask(
    type: number,
    target: string | null,
    data: string,
    wait: Wait,
  ): Promise<unknown>;
  /** Takes the answer to a request. */
  answered(response: IncomingResponse): void;
}

/** The name and the id of an object of another client, and what it has. */
interface ObjectDescription {
  /** The name of its class. */
  readonly name: string;
  /** The id by which its owner knows it. */
  readonly uuid: string;
  /** Its attributes. */
  readonly attributes: Record<string, unknown>;
  /** The names of its methods. */
  readonly methods: string[];
}

/** Turns answers into what callers get: data, or objects with methods. */
export class RemoteObjects {
  readonly #options: RemoteObjectsOptions;

  /** Makes one for a client. */
  constructor(options: RemoteObjectsOptions) {
    this.#options = options;
  }

  /** Takes an answer; returns what the call resolves with. */
  answered(path: Path, data: unknown, isObject: boolean): unknown {
    const { target, route } = path;
    const object = isObject ? describeObject(data) : undefined;
    let answer: unknown = data;
    if (object && target !== null) {
      const { uuid, ...rest } = object;
      const call: RemoteObject["call"] = (method, args = [], options) =>
        this.#call(target, uuid, method, args, options);
      answer = { ...rest, source: target, call };
    }
    if (route !== null && target !== null) {
      this.#options.answered({ route, source: target, data: answer });
    }
    return answer;
  }

  async #call<R>(
    target: string,
    object: string,
    method: string,
    args: unknown[],
    options: CallOptions = {},
  ): Promise<R> {
    const { kwargs = {}, timeout = CALL_TIMEOUT, signal } = options;
    const wait = { timeout, signal };
    const data = stringify({
      __uuid__: object,
      __func__: method,
      __args__: args,
      __kwargs__: kwargs,
    });
    // A winerp server disconnects a client that calls one that has left.
    const { ping, functionCall } = MessageType;
    const pong = await this.#options.ask(ping, target, "{}", wait);
    if (!isRecord(pong) || pong.success !== true) {
      throw new RemoteError(Text.noDestination);
    }
    return await this.#options.ask(functionCall, target, data, wait) as R;
  }
}

/**
 * Reads an object that its owner sent; returns `undefined` if it is not valid.
 */
function describeObject(data: unknown): ObjectDescription | undefined {
  if (!isRecord(data)) return undefined;
  const { __name__: name, __attr__, __func__, __uuid__: uuid } = data;
  if (
    typeof name !== "string" || typeof uuid !== "string" ||
    !isRecord(__attr__) || !isRecord(__func__)
  ) return undefined;
  return {
    name,
    uuid,
    attributes: __attr__,
    methods: Object.keys(__func__),
  };
}
