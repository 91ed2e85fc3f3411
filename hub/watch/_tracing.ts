// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import config from "../deno.json" with { type: "json" };
import type { Content } from "../exchange/participant.ts";
import type { Sample, Tracer } from "./figures/_samples.ts";

/** What is used of OpenTelemetry's API. Deno has it built in. */
interface OtelSpan {
  setAttribute(name: string, value: string): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}
interface OtelTracer {
  startSpan(name: string, options: object, context?: object): OtelSpan;
}

/** Numbers of that API. */
const SERVER = 1;
const ERROR = 2;

/** How many characters of data are searched for a trace context. */
const MAX_SEARCHED = 65_536;

const UUID_REGEXP = /^"[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})"$/;
const DATA_REGEXP =
  /[{,]\s*"traceparent"\s*:\s*"[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})"/;

/**
 * Makes the tracer of this process: a span for each request, from the requester
 * to the answer.
 *
 * winerp's envelope has no place for a trace context, and a real server drops
 * members that it does not know. So a requester says it where both ends keep it
 * as it is: as the `uuid` of the request, or as the member `traceparent` of its
 * data.
 *
 * @returns The tracer; nothing where Deno's OpenTelemetry is off.
 */
export function makeTracer(): Tracer | undefined {
  const tracer = otelTracer();
  return tracer && {
    asked({ question, row }: Sample, content: Content): unknown {
      const { from, to = "", route = "(function)" } = row;
      const parent = parentOf(question.uuid, content);
      return tracer.startSpan(`${to} ${route}`, {
        kind: SERVER,
        attributes: {
          "rpc.system.name": "wirekit.hub",
          "rpc.method": route,
          "wirekit.hub.from": from,
          "wirekit.hub.to": to,
        },
      }, parent && contextOf(parent));
    },
    ended({ span, row, isError }: Sample): void {
      const made = span as OtelSpan;
      if (isError) {
        made.setAttribute("error.type", row.outcome ?? "failure");
        made.setStatus({ code: ERROR });
      }
      made.end();
    },
  };
}

function otelTracer(): OtelTracer | undefined {
  // Deno registers itself here, as OpenTelemetry's API asks for, where tracing
  // is on. Not `Deno.telemetry`: to make a span there while it is off ends the
  // whole process on Deno 2.5, which Deploy runs.
  const { trace } = (globalThis as {
    [api: symbol]:
      | { trace?: { getTracer(name: string, version: string): OtelTracer } }
      | undefined;
  })[Symbol.for("opentelemetry.js.api.1")] ?? {};
  return trace?.getTracer("@wirekit/hub", config.version);
}

/** A span elsewhere. */
interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote: true;
}

function parentOf(uuid: string, content: Content): SpanContext | undefined {
  const found = UUID_REGEXP.exec(uuid) ?? inData(content);
  if (!found) return undefined;
  const [, traceId = "", spanId = "", flags = ""] = found;
  // All zeros mean that there is none.
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const traceFlags = Number.parseInt(flags, 16);
  return { traceId, spanId, traceFlags, isRemote: true };
}

function inData(content: Content): RegExpExecArray | null {
  const { length = 0 } = content;
  return length > MAX_SEARCHED ? null : DATA_REGEXP.exec(content.data);
}

/** Makes a context of OpenTelemetry's API that has just a span. */
function contextOf(parent: SpanContext): object {
  const span = { spanContext: () => parent, isRecording: () => false };
  const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");
  return {
    getValue: (key: symbol) => key === spanKey ? span : undefined,
    setValue: () => contextOf(parent),
    deleteValue: () => contextOf(parent),
  };
}
