// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The codes of `ErrorCode`, each apart: a page has only those that it uses. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const UNKNOWN_TOKEN = -32001;
export const TOO_MANY_SUBSCRIPTIONS = -32006;
export const REQUEST_TOO_LARGE = -32007;
export const RESPONSE_TOO_LARGE = -32008;
export const SERVER_BUSY = -32009;
export const BATCH_TOO_LARGE = -32010;
export const BATCH_RESPONSE_TOO_LARGE = -32011;
export const STREAM_NOT_SUPPORTED = -32012;
export const REQUEST_CANCELLED = -32800;
