// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { jsonCodec, type Wire } from "../wire/codec.ts";
import type { Answerer, AnswererParts, Answering } from "./_answerer.ts";
import { Dispatcher } from "./_dispatcher.ts";
import { Protocol } from "./_protocol.ts";

/** Makes what answers the calls of a connection by methods. */
function answererOf<State>(
  parts: AnswererParts<State>,
): Answerer<Wire> {
  const { codec, options, context, link } = parts;
  const protocol = new Protocol<State>(parts);
  return new Dispatcher(codec, options, context, link.report, protocol);
}

/** How calls are answered by `Methods`. */
export const answering: Answering = { answererOf, codec: jsonCodec };
