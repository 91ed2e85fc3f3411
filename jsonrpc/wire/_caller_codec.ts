// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Codec } from "./codec.ts";
import { decodeResults } from "./_common.ts";
import { decodeExact, encodeJson, joinJson } from "./message.ts";

/** JSON text for an end that answers no calls: it reads only results fast. */
export const callerCodec: Codec = {
  decode: (text) => decodeResults(text) ?? decodeExact(text),
  encode: encodeJson,
  join: joinJson,
};
