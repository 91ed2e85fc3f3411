// Copyright 2026 the Wirekit authors. MIT license.

import {
  type Context as OtelContext,
  context,
  type ContextManager,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { AsyncLocalStorage } from "node:async_hooks";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { JsonRpcError, Methods, TimeoutError } from "./mod.ts";
import { tracing, type TracingOptions } from "./tracing.ts";
import { linked, type Received } from "./_test_util.ts";

/** A span as it was made. */
interface Made {
  name: string;
  kind: number | undefined;
  attributes: Record<string, unknown>;
  context: SpanContext;
  parent: SpanContext | undefined;
  failed: boolean;
  ended: number;
}

const storage = new AsyncLocalStorage<OtelContext>();
const manager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (
    context: OtelContext,
    action: () => unknown,
    that: unknown,
    ...args: unknown[]
  ) => storage.run(context, () => Reflect.apply(action, that, args)),
  bind: (_context: OtelContext, target: unknown) => target,
  enable: () => manager,
  disable: () => manager,
} as unknown as ContextManager;

let spans: Made[] = [];
const tracer = {
  startSpan(name: string, options: SpanOptions = {}, from = context.active()) {
    const parent = trace.getSpanContext(from);
    const made: Made = {
      name,
      kind: options.kind,
      attributes: { ...options.attributes },
      context: {
        traceId: parent?.traceId ?? "a".repeat(31) + "1",
        spanId: `${spans.length + 1}`.padStart(16, "0"),
        traceFlags: 1,
        ...(parent?.traceState && { traceState: parent.traceState }),
      },
      parent,
      failed: false,
      ended: 0,
    };
    spans.push(made);
    return {
      spanContext: () => made.context,
      setAttribute: (key: string, value: unknown) =>
        made.attributes[key] = value,
      setAttributes: (all: object) => Object.assign(made.attributes, all),
      setStatus: () => made.failed = true,
      end: () => made.ended++,
    } as unknown as Span;
  },
} as unknown as Tracer;

function traced(options: TracingOptions = {}) {
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  spans = [];
  const { handlerMiddleware, callMiddleware } = tracing(options);
  const sent: Received[] = [];
  const methods = new Methods()
    .add("sum", (_call, x: number, y: number) => x + y)
    .add("later", () => Promise.resolve("later"))
    .add("named", (_call, params) => params)
    .add("fail", () => {
      throw new JsonRpcError(7, "seven");
    })
    .add("crash", () => Promise.reject(new TypeError("secret")))
    .add("never", () => new Promise(() => {}))
    .add("nested", (call) => call.peer.request("inner"));
  const inner = new Methods().add("inner", () => "inner");
  const at = linked({
    methods,
    handlerMiddleware: [handlerMiddleware],
    callMiddleware: [callMiddleware],
  }, {
    methods: inner,
    handlerMiddleware: [handlerMiddleware],
    callMiddleware: [callMiddleware],
    onMessage: ({ direction, message }) =>
      direction === "out" && sent.push(message as Received),
  });
  return {
    ...at,
    sent,
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]();
      trace.disable();
      context.disable();
    },
  };
}

Deno.test("tracing() makes a client span and a server span below it", async () => {
  await using at = traced();
  assertEquals(await at.client.request("sum", [1, 2]), 3);
  const [client, server] = spans;
  assertEquals([client!.name, server!.name], ["sum", "sum"]);
  assertEquals([client!.kind, server!.kind], [2, 1]);
  assertEquals(server!.parent?.spanId, client!.context.spanId);
  assertEquals(server!.parent?.isRemote, true);
  const attributes = {
    "rpc.system.name": "jsonrpc",
    "rpc.method": "sum",
    "jsonrpc.protocol.version": "2.0",
    "jsonrpc.request.id": "1",
  };
  assertEquals([client!.attributes, server!.attributes], [
    attributes,
    attributes,
  ]);
  assertEquals(
    (at.sent[0] as Record<string, unknown>).traceparent,
    `00-${client!.context.traceId}-${client!.context.spanId}-01`,
  );
  assertEquals(spans.map(({ ended }) => ended), [1, 1]);
});

Deno.test("tracing() follows a call through a handler to the next call", async () => {
  await using at = traced();
  await at.client.request("nested");
  assertEquals(spans.map(({ name }) => name), [
    "nested",
    "nested",
    "inner",
    "inner",
  ]);
  for (let i = 1; i < 4; i++) {
    assertEquals(spans[i]!.parent?.spanId, spans[i - 1]!.context.spanId);
  }
});

Deno.test("tracing() marks errors with their codes", async () => {
  await using at = traced();
  await assertRejects(() => at.client.request("fail"), JsonRpcError);
  await assertRejects(() => at.client.request("crash"), JsonRpcError);
  await assertRejects(
    () => at.client.request("never", [], { timeout: 1 }),
    TimeoutError,
  );
  const shown = spans.map(({ attributes, failed }) => [
    attributes["rpc.response.status_code"],
    attributes["error.type"],
    failed,
  ]);
  assertEquals(shown.slice(0, 5), [
    ["7", "7", true],
    ["7", "7", true],
    ["-32603", "-32603", true],
    ["-32603", "TypeError", true],
    [undefined, "TimeoutError", true],
  ]);
});

Deno.test("tracing() writes into _meta if told to, and nowhere if told to", async () => {
  {
    await using at = traced({ propagate: "meta" });
    await at.client.request("named", { x: 1, _meta: { y: "2" } });
    await at.client.request("named");
    await at.client.request("sum", [1]);
    await at.client.notify("named", { x: 1 });
    const [first, second, third] = at.sent as {
      params?: { _meta?: Record<string, string> };
    }[];
    assertEquals(first!.params?._meta?.y, "2");
    assert(first!.params?._meta?.traceparent);
    assert(second!.params?._meta?.traceparent);
    assertEquals<unknown>(third!.params, [1]);
    assertEquals(spans[1]!.parent?.spanId, spans[0]!.context.spanId);
  }
  await using at = traced({ propagate: "none" });
  await at.client.request("later");
  assertEquals(at.sent, [
    { jsonrpc: "2.0", method: "later", id: 1 } as Received,
  ]);
  assertEquals(spans[1]!.parent, undefined);
});

Deno.test("tracing() takes a tracestate along, and ignores what is no traceparent", async () => {
  await using at = traced();
  const extra = {
    traceparent: `00-${"b".repeat(32)}-${"c".repeat(16)}-00`,
    tracestate: "vendor=1",
  };
  await at.client.request("nested", [], { extra });
  const texts = at.sent as unknown as Record<string, string>[];
  assert(texts[0]!.traceparent);
  await using plain = traced({ propagate: "none" });
  await plain.client.request("nested", [], { extra });
  const [, server, inner] = spans;
  assertEquals(server!.parent?.traceId, "b".repeat(32));
  assertEquals(inner!.context.traceState?.get("vendor"), "1");
  spans = [];
  for (
    const traceparent of [
      "00-x",
      5,
      `00-${"0".repeat(32)}-${"c".repeat(16)}-00`,
    ]
  ) {
    await plain.client.request("later", [], { extra: { traceparent } });
  }
  assertEquals(spans.filter(({ parent }) => parent?.isRemote), []);
});
