// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "@wirekit/internal/clock";
import { parse, quote, stringify } from "../_json.ts";
import type { Link } from "../_link.ts";
import { DESTINATION, END, NextRequest } from "./_next_request.ts";
import {
  AFTER_ROUTE,
  BEFORE_UUID,
  type Message,
  writeStart,
  writeTail,
} from "../_wire.ts";
import * as MessageType from "../../winerp/_message_type.ts";

/**
 * Longest message that is read in order, in characters: a question keeps a part
 * of the text that it came in, and with it all of that.
 */
const MAX_LENGTH = 8_192;

/** What follows the data, if the names in it are written without an escape. */
const TAIL_REGEXP =
  /,"uuid":"[ !#-[\]-\ud7ff\ue000-\uffff]*","destination":"[ !#-[\]-\ud7ff\ue000-\uffff]*","pseudo_object":null\}$/y;

/** The name of a route, and that as JSON text. */
export interface KnownRoute {
  readonly name: string;
  readonly json: string;
}

/** A request or a function call, from its receipt to its answer. */
export interface Question {
  /** The connection over which it came. */
  readonly link: Link;
  /** The requester. */
  readonly source: string;
  /** The name of the route, and that as JSON text. */
  readonly name: string;
  readonly route: string;
  /** Its data. */
  readonly data: unknown;
  /** What follows the data in the answer, which is the same as here. */
  readonly tail: string;
  /** In milliseconds of `performance.now()`. */
  readonly startedAt: number;
}

/** Makes a question of a message. */
export function toQuestion(
  link: Link,
  { route, uuid, data }: Message,
  source: string | null,
  name = "",
): Question {
  return {
    link,
    source: source ?? "",
    name,
    route: scalar(route),
    data,
    tail: writeTail(
      scalar(uuid),
      source === null ? "null" : quote(source),
    ),
    startedAt: now(),
  };
}

/** Writes a value to repeat; a stranger may have sent anything. */
function scalar(value: unknown): string {
  return typeof value === "object" ? "null" : stringify(value);
}

/**
 * Reads requests that stand as our hub relays those of our clients and of
 * winerp's: then nothing but the data needs to be parsed, and all that follows
 * it is the end of the answer too.
 */
export class RequestReader {
  readonly #routes: ReadonlyMap<string, KnownRoute>;
  /** What a request starts with. */
  readonly #start: string;
  /** What the next request is expected to be. */
  #next: NextRequest | undefined;

  /** Makes a reader for a client; its name and its routes are JSON text. */
  constructor(id: string, routes: ReadonlyMap<string, KnownRoute>) {
    this.#start = writeStart(id, MessageType.request);
    this.#routes = routes;
  }

  /** Reads a request for one of the routes, if it is one. */
  read(link: Link, text: string): Question | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    let next = this.#next;
    let dataEnd = next ? next.findEnd(text) : -1;
    if (dataEnd < 0) {
      next = this.#expect(text);
      if (!next) return undefined;
      dataEnd = text.lastIndexOf(BEFORE_UUID);
    }
    const { dataStart, source } = next!;
    const route = this.#routes.get(next!.route);
    if (!route) return undefined;
    try {
      return {
        link,
        source,
        name: route.name,
        route: route.json,
        data: parse(text.slice(dataStart, dataEnd)),
        tail: text.slice(dataEnd),
        startedAt: now(),
      };
    } catch {
      return undefined; // There is more than data in between.
    }
  }

  /** Expects more of this requester, if this is a request of the usual form. */
  #expect(text: string): NextRequest | undefined {
    const start = this.#start.length;
    if (text.slice(0, start) !== this.#start) return undefined;
    const routeEnd = text.indexOf('"', start + 1) + 1;
    const dataStart = routeEnd + AFTER_ROUTE.length;
    if (text.slice(routeEnd, dataStart) !== AFTER_ROUTE) return undefined;
    const route = this.#routes.get(text.slice(start, routeEnd));
    if (!route) return undefined;
    const dataEnd = text.lastIndexOf(BEFORE_UUID);
    TAIL_REGEXP.lastIndex = dataEnd;
    if (dataEnd < 0 || !TAIL_REGEXP.test(text)) return undefined;
    const uuidEnd = text.indexOf('"', dataEnd + BEFORE_UUID.length);
    const source = text.slice(uuidEnd + DESTINATION.length, -END.length);
    return this.#next = new NextRequest(this.#start, route.json, source);
  }
}
