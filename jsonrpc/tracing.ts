// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * OpenTelemetry spans for calls, and W3C trace context from one end to the
 * other. Deno collects them with `OTEL_DENO=true`.
 *
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { tracing } from "@wirekit/jsonrpc/tracing";
 * import { pair } from "@wirekit/transport/pair";
 *
 * const { handlerMiddleware, callMiddleware } = tracing();
 * const [near, far] = pair();
 * const methods = new Methods().add("ping", () => "pong");
 * await using server = new Peer(far, { methods, handlerMiddleware: [handlerMiddleware] });
 * await using client = new Peer(near, { callMiddleware: [callMiddleware] });
 * await client.request("ping");
 * ```
 *
 * @module
 */

import {
  type Attributes,
  type Context as OtelContext,
  context,
  createTraceState,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { readable } from "@wirekit/internal/errors";
import type { Context } from "./answer/context.ts";
import { JsonRpcError } from "./wire/error.ts";
import type { Extra, Id, Params } from "./wire/message.ts";
import type {
  CallMiddleware,
  HandlerMiddleware,
  OutgoingCall,
} from "./answer/middleware.ts";

/**
 * Options of {@linkcode tracing}.
 *
 * @category Tracing and MessagePack
 */
export interface TracingOptions {
  /**
   * Where the trace context goes:
   *
   * - `"message"`: members `traceparent` and `tracestate` of the message, as
   *   StreamJsonRpc has them.
   * - `"meta"`: the same in the member `_meta` of named params, as the Model
   *   Context Protocol has them; a call with params by position carries none.
   * - `"none"`: nowhere, for peers that accept no further members: wsjsonrpc drops the
   *   connection.
   *
   * Both forms are understood, whichever is sent.
   *
   * @default {"message"}
   */
  propagate?: "message" | "meta" | "none";
}

/**
 * The two halves of tracing; see {@linkcode tracing}.
 *
 * @category Tracing and MessagePack
 */
export interface Tracing {
  /** Makes a server span of each call that is answered. */
  readonly handlerMiddleware: HandlerMiddleware<unknown>;
  /** Makes a client span of each call that is made. */
  readonly callMiddleware: CallMiddleware;
}

/**
 * Makes the middleware for both sides. A span is named after its method and has
 * the attributes `rpc.system.name`, `rpc.method`, `jsonrpc.protocol.version`,
 * `jsonrpc.request.id` and, for an error, `rpc.response.status_code` and
 * `error.type`.
 *
 * @param options Where the trace context goes.
 * @returns The middleware.
 *
 * @example Off, for a peer that accepts no further members
 * ```ts
 * import { tracing } from "@wirekit/jsonrpc/tracing";
 * import { assertEquals } from "@std/assert";
 *
 * const { callMiddleware } = tracing({ propagate: "none" });
 * const call = { method: "sum", params: [1, 2], options: {} };
 * await callMiddleware(call, (sent) => {
 *   assertEquals(sent.options, {});
 *   return Promise.resolve(3);
 * });
 * ```
 *
 * @category Tracing and MessagePack
 */
export function tracing(options: TracingOptions = {}): Tracing {
  const { propagate = "message" } = options;
  const tracer = trace.getTracer("@wirekit/jsonrpc");

  function handlerMiddleware(
    call: Context<unknown>,
    next: () => unknown,
  ): unknown {
    const span = tracer.startSpan(call.method, {
      kind: SpanKind.SERVER,
      attributes: { ...attributesOf(call.method), ...idAttribute(call.id) },
    }, extract(call));
    const active = trace.setSpan(context.active(), span);
    try {
      const result = context.with(active, next);
      if (!(result instanceof Promise)) return end(span, result);
      return result.then((value) => end(span, value), (error) => {
        throw endFailed(span, error, SpanKind.SERVER);
      });
    } catch (error) {
      throw endFailed(span, error, SpanKind.SERVER);
    }
  }

  async function callMiddleware(
    call: OutgoingCall,
    next: (call: OutgoingCall) => Promise<unknown>,
  ): Promise<unknown> {
    const span = tracer.startSpan(call.method, {
      kind: SpanKind.CLIENT,
      attributes: attributesOf(call.method),
    });
    const sent = propagate === "none"
      ? { ...call }
      : inject(call, span, propagate);
    const active = trace.setSpan(context.active(), span);
    try {
      const result = context.with(active, next, undefined, sent);
      span.setAttributes(idAttribute(sent.id));
      return end(span, await result);
    } catch (error) {
      throw endFailed(span, error, SpanKind.CLIENT);
    }
  }

  return { handlerMiddleware, callMiddleware };
}

function attributesOf(method: string): Attributes {
  return {
    "rpc.system.name": "jsonrpc",
    "rpc.method": method,
    "jsonrpc.protocol.version": "2.0",
  };
}

function idAttribute(id: Id | undefined): Attributes {
  return id === undefined || id === null
    ? {}
    : { "jsonrpc.request.id": String(id) };
}

function end<T>(span: Span, value: T): T {
  span.end();
  return value;
}

function endFailed(span: Span, thrown: unknown, kind: SpanKind): unknown {
  const error = readable(thrown);
  const name = error instanceof Error ? error.name : "_OTHER";
  span.setStatus({ code: SpanStatusCode.ERROR });
  if (error instanceof JsonRpcError) {
    span.setAttribute("rpc.response.status_code", String(error.code));
    span.setAttribute("error.type", String(error.code));
  } else {
    // What the handler threw is sent as -32603; a call that got no answer has
    // no code.
    if (kind === SpanKind.SERVER) {
      span.setAttribute("rpc.response.status_code", "-32603");
    }
    span.setAttribute("error.type", name);
  }
  span.end();
  return error;
}

/** Writes where the span stands as W3C text. */
function inject(
  call: OutgoingCall,
  span: Span,
  propagate: "message" | "meta",
): OutgoingCall {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  if (!isSpanContextValid(span.spanContext())) return { ...call };
  const flags = traceFlags.toString(16).padStart(2, "0");
  const tracestate = traceState?.serialize();
  const members = {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(tracestate && { tracestate }),
  };
  if (propagate === "message") {
    const extra: Extra = { ...call.options?.extra, ...members };
    return { ...call, options: { ...call.options, extra } };
  }
  if (Array.isArray(call.params)) return { ...call };
  const named = (call.params ?? {}) as Record<string, unknown>;
  const params: Params = {
    ...named,
    _meta: { ...Object(named._meta), ...members },
  };
  return { ...call, params };
}

/** Reads where the caller's span stands. */
function extract({ message, params }: Context<unknown>): OtelContext {
  const { _meta } = Object(params) as Record<string, unknown>;
  const { traceparent, tracestate } = message.traceparent !== undefined
    ? message
    : Object(_meta) as Record<string, unknown>;
  const [, traceId = "", spanId = "", flags = ""] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/
      .exec(String(traceparent)) ?? [];
  const spanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(typeof tracestate === "string" && {
      traceState: createTraceState(tracestate),
    }),
  };
  return isSpanContextValid(spanContext)
    ? trace.setSpanContext(context.active(), spanContext)
    : context.active();
}
