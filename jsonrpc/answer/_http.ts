// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { RequestInfo } from "@wirekit/transport/admission";
import { allowing, type Door } from "./_admission.ts";
import type { AnswerOptions } from "./answer.ts";
import { DEFAULTS } from "./_defaults.ts";
import { readBody, textOf } from "./_body.ts";
import { jsonCodec } from "../wire/codec.ts";
import type { ContextOptions } from "./context.ts";
import { Dispatcher } from "./_dispatcher.ts";
import { Receiver } from "../_receiver.ts";
import { reporter } from "../wire/_link.ts";

/** The media types that stand for JSON-RPC. */
const TYPES = new Set([
  "application/json",
  "application/json-rpc",
  "application/jsonrequest",
]);

/** Answers a request that asks for no WebSocket, if it may come in. */
export async function answerHttp<State>(
  request: Request,
  info: Partial<RequestInfo>,
  { admission }: Door<State>,
  options: AnswerOptions<State>,
): Promise<Response> {
  const admitted = await admission.admit(request, info);
  if (admitted instanceof Response) return admitted;
  const response = await answerPost(request, options, admitted.state);
  return allowing(response, request);
}

/** Answers the calls in the body of a POST. */
async function answerPost<State>(
  request: Request,
  options: AnswerOptions<State>,
  context: ContextOptions<State>,
): Promise<Response> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (!TYPES.has(type.trim().toLowerCase())) {
    await request.body?.cancel();
    return new Response("Expected the header content-type: application/json", {
      status: 415,
    });
  }
  const { maxRequestBytes = DEFAULTS.maxRequestBytes } = options;
  let body: Uint8Array<ArrayBuffer> | undefined;
  try {
    body = await readBody(request, maxRequestBytes);
  } catch {
    return new Response("The request has ended early", { status: 400 });
  }
  if (!body) return new Response("Request is too large", { status: 413 });
  const text = textOf(body);

  const onAbort = () => answerer.close(new Error("Request is aborted"));
  const report = reporter(options.onError);
  const answerer = new Dispatcher<string, State>(jsonCodec, options, {
    ...context,
    // Only on demand: Deno warns when the signal of a request is touched.
    onSignal: () => request.signal.addEventListener("abort", onAbort),
  }, report);
  const receiver = new Receiver(options, {
    codec: jsonCodec,
    answerer,
    report,
  });
  const answer = await new Promise<string | undefined>((resolve) =>
    receiver.receive(text, (wire) => resolve(wire))
  );
  if (answer === undefined) return new Response(null, { status: 204 });
  return new Response(answer, {
    headers: { "content-type": "application/json" },
  });
}
