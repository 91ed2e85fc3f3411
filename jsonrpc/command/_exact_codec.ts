// Copyright 2026 the Wirekit authors. MIT license.

import { parse } from "@wirekit/internal/json";
import { type Codec, jsonCodec } from "../wire/codec.ts";

/** JSON whose integers keep all their digits, because people look at them. */
export const exactCodec: Codec = {
  ...jsonCodec,
  decode: (text) => parse(text),
};
