// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The errors that travel in a response.
 *
 * ```ts
 * import { JsonRpcError } from "@wirekit/jsonrpc";
 *
 * export function withdraw(balance: number, amount: number): number {
 *   if (amount <= balance) return balance - amount;
 *   throw new JsonRpcError(402, "Not enough money", { data: { balance } });
 * }
 * ```
 *
 * @module
 */

import { RemoteError } from "@wirekit/internal/errors";
import {
  BATCH_RESPONSE_TOO_LARGE,
  BATCH_TOO_LARGE,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  REQUEST_CANCELLED,
  REQUEST_TOO_LARGE,
  RESPONSE_TOO_LARGE,
  SERVER_BUSY,
  STREAM_NOT_SUPPORTED,
  TOO_MANY_SUBSCRIPTIONS,
  UNKNOWN_TOKEN,
} from "./_codes.ts";

/**
 * The codes that a peer of this package sends by itself: those of JSON-RPC 2.0,
 * those of jsonrpsee for limits, and the one of the Language Server Protocol
 * for a cancelled call.
 *
 * @example Recognise a cancelled call
 * ```ts
 * import { ErrorCode, JsonRpcError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new JsonRpcError(-32800, "Request cancelled");
 * assertEquals(error.code, ErrorCode.RequestCancelled);
 * ```
 *
 * @category Errors
 */
export const ErrorCode = {
  /** The text is not JSON. */
  ParseError: PARSE_ERROR as -32700,
  /** The JSON is not a request. */
  InvalidRequest: INVALID_REQUEST as -32600,
  /** There is no such method. */
  MethodNotFound: METHOD_NOT_FOUND as -32601,
  /** The params do not fit the method. */
  InvalidParams: INVALID_PARAMS as -32602,
  /** The method failed for a reason that the caller is not told. */
  InternalError: INTERNAL_ERROR as -32603,
  /** There is no such stream. */
  UnknownToken: UNKNOWN_TOKEN as -32001,
  /** Too many subscriptions or streams are open. */
  TooManySubscriptions: TOO_MANY_SUBSCRIPTIONS as -32006,
  /** The request is too large. */
  RequestTooLarge: REQUEST_TOO_LARGE as -32007,
  /** The response would be too large. */
  ResponseTooLarge: RESPONSE_TOO_LARGE as -32008,
  /** Too many calls are in flight. */
  ServerBusy: SERVER_BUSY as -32009,
  /** The batch has too many items. */
  BatchTooLarge: BATCH_TOO_LARGE as -32010,
  /** The response of the batch would be too large. */
  BatchResponseTooLarge: BATCH_RESPONSE_TOO_LARGE as -32011,
  /** The result is a stream, which needs more than the one answer of HTTP. */
  StreamNotSupported: STREAM_NOT_SUPPORTED as -32012,
  /** The call was cancelled by its caller. */
  RequestCancelled: REQUEST_CANCELLED as -32800,
} as const;

/**
 * An error as it stands in a response.
 *
 * @category Errors
 */
export interface ErrorObject {
  /** What kind of error it is: an integer. */
  code: number;
  /** What happened, in one short sentence. */
  message: string;
  /** Anything more that can be written as JSON. */
  data?: unknown;
}

/**
 * What an error that no caller sees is about.
 *
 * @category Errors
 */
export interface ErrorAbout {
  /** The method that was called. */
  readonly method?: string;
  /** The message that came, decoded. */
  readonly message?: unknown;
}

/**
 * Options of {@linkcode JsonRpcError}.
 *
 * @category Errors
 */
export interface JsonRpcErrorOptions extends ErrorOptions {
  /** Anything more for the peer that can be written as JSON, `null` included. */
  data?: unknown;
  /**
   * Allows a code from -32768 to -32000, which JSON-RPC keeps for itself.
   *
   * @default {false}
   */
  reserved?: boolean;
}

/**
 * An error that the peer sees, or that came from the peer.
 *
 * A handler that throws one answers with its code, message and data. Anything
 * else that a handler throws is answered with {@linkcode InternalError}, and
 * nothing of its text leaves the program unless `exposeErrors` says so.
 *
 * @example Throw from a handler, catch at the caller
 * ```ts
 * import { JsonRpcError, Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const methods = new Methods().add("withdraw", () => {
 *   throw new JsonRpcError(402, "Not enough money", { data: { balance: 3 } });
 * });
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * const error = await assertRejects(
 *   () => client.request("withdraw", [5]),
 *   JsonRpcError,
 *   "Not enough money",
 * );
 * assertEquals(error.code, 402);
 * assertEquals(error.data, { balance: 3 });
 * ```
 *
 * @category Errors
 */
export class JsonRpcError extends RemoteError {
  /** The name of the class. */
  override readonly name: string = "JsonRpcError";
  /** What kind of error it is: an integer. */
  readonly code: number;
  /** Anything more; `undefined` if there is nothing. */
  readonly data: unknown;

  /**
   * Makes an error.
   *
   * @param code An integer outside -32768 to -32000.
   * @param message One short sentence for the peer.
   * @param options The data, and the `cause`, which stays here.
   * @throws {RangeError} If the code is no integer, or reserved.
   */
  constructor(
    code: number,
    message: string,
    options: JsonRpcErrorOptions = {},
  ) {
    super(message, options);
    const isReserved = code >= -32768 && code <= -32000 && !options.reserved;
    if (isReserved || !Number.isSafeInteger(code)) {
      throw new RangeError(
        `Cannot make error: code ${code} is ${
          isReserved ? "reserved by JSON-RPC" : "no integer"
        }`,
      );
    }
    this.code = code;
    this.data = options.data;
  }

  /**
   * Makes the error that came in a response, of the class that fits its code.
   * Never throws: what breaks the specification is put right (statement 31).
   *
   * @param value The member `error` of the response.
   * @returns The error.
   *
   * @example The class fits the code
   * ```ts
   * import { JsonRpcError, MethodNotFoundError } from "@wirekit/jsonrpc";
   * import { assertEquals, assertInstanceOf } from "@std/assert";
   *
   * const error = JsonRpcError.from({ code: -32601, message: "No such thing" });
   * assertInstanceOf(error, MethodNotFoundError);
   * assertEquals(JsonRpcError.from("broken").code, -32603);
   * ```
   */
  static from(value: unknown): JsonRpcError {
    const { code, message, data }: Partial<ErrorObject> =
      value === Object(value) ? value as object : { message: value as string };
    const options = {
      data,
      message: typeof message === "string" ? message : "Unknown error",
      reserved: true,
    };
    const isCode = Number.isSafeInteger(code);
    const Class = isCode ? CLASSES.get(code!) : InternalError;
    return Class
      ? new Class(options)
      : new JsonRpcError(code!, options.message, options);
  }

  /**
   * Returns the error as it stands in a response; `JSON.stringify` calls it.
   *
   * @returns The members `code`, `message` and, if there is one, `data`.
   *
   * @example Write an error
   * ```ts
   * import { InvalidParamsError } from "@wirekit/jsonrpc";
   * import { assertEquals } from "@std/assert";
   *
   * const text = JSON.stringify(new InvalidParamsError({ data: ["x"] }));
   * assertEquals(
   *   text,
   *   '{"code":-32602,"message":"Invalid params","data":["x"]}',
   * );
   * ```
   */
  toJSON(): ErrorObject {
    const { code, message, data } = this;
    return data === undefined ? { code, message } : { code, message, data };
  }
}

/**
 * Options of the errors with a code of their own.
 *
 * @category Errors
 */
export interface NamedErrorOptions extends ErrorOptions {
  /** Anything more for the peer that can be written as JSON. */
  data?: unknown;
  /** What to say instead of the usual sentence. */
  message?: string;
}

/**
 * The text was not JSON: code -32700.
 *
 * @example Make one
 * ```ts
 * import { ParseError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new ParseError().code, -32700);
 * ```
 *
 * @category Errors
 */
export class ParseError extends JsonRpcError {
  /** The name of the class. */
  override readonly name = "ParseError";
  /**
   * Makes the error.
   *
   * @param options The data, and another message.
   */
  constructor(options?: NamedErrorOptions) {
    super(PARSE_ERROR, options?.message ?? "Parse error", reserved(options));
  }
}

/**
 * The JSON was no valid request: code -32600.
 *
 * @example Make one
 * ```ts
 * import { InvalidRequestError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new InvalidRequestError().message, "Invalid Request");
 * ```
 *
 * @category Errors
 */
export class InvalidRequestError extends JsonRpcError {
  /** The name of the class. */
  override readonly name = "InvalidRequestError";
  /**
   * Makes the error.
   *
   * @param options The data, and another message.
   */
  constructor(options?: NamedErrorOptions) {
    super(
      INVALID_REQUEST,
      options?.message ?? "Invalid Request",
      reserved(options),
    );
  }
}

/**
 * There is no such method: code -32601.
 *
 * @example Make one
 * ```ts
 * import { MethodNotFoundError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new MethodNotFoundError().code, -32601);
 * ```
 *
 * @category Errors
 */
export class MethodNotFoundError extends JsonRpcError {
  /** The name of the class. */
  override readonly name = "MethodNotFoundError";
  /**
   * Makes the error.
   *
   * @param options The data, and another message.
   */
  constructor(options?: NamedErrorOptions) {
    super(
      METHOD_NOT_FOUND,
      options?.message ?? "Method not found",
      reserved(options),
    );
  }
}

/**
 * The params do not fit the method: code -32602.
 *
 * @example Say which
 * ```ts
 * import { InvalidParamsError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new InvalidParamsError({ data: { issues: ["x is missing"] } });
 * assertEquals(error.toJSON().data, { issues: ["x is missing"] });
 * ```
 *
 * @category Errors
 */
export class InvalidParamsError extends JsonRpcError {
  /** The name of the class. */
  override readonly name = "InvalidParamsError";
  /**
   * Makes the error.
   *
   * @param options The data, and another message.
   */
  constructor(options?: NamedErrorOptions) {
    super(
      INVALID_PARAMS,
      options?.message ?? "Invalid params",
      reserved(options),
    );
  }
}

/**
 * The method failed, in a way that is not told: code -32603.
 *
 * @example Keep the cause at home
 * ```ts
 * import { InternalError } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new InternalError({ cause: new Error("password is 1234") });
 * assertEquals(
 *   JSON.stringify(error),
 *   '{"code":-32603,"message":"Internal error"}',
 * );
 * ```
 *
 * @category Errors
 */
export class InternalError extends JsonRpcError {
  /** The name of the class. */
  override readonly name = "InternalError";
  /**
   * Makes the error.
   *
   * @param options The data, and another message.
   */
  constructor(options?: NamedErrorOptions) {
    super(
      INTERNAL_ERROR,
      options?.message ?? "Internal error",
      reserved(options),
    );
  }
}

/** Allows a code of JSON-RPC's own. */
function reserved(options?: NamedErrorOptions): JsonRpcErrorOptions {
  return { ...options, reserved: true };
}

const CLASSES = new Map<
  number,
  new (options: NamedErrorOptions) => JsonRpcError
>([
  [PARSE_ERROR, ParseError],
  [INVALID_REQUEST, InvalidRequestError],
  [METHOD_NOT_FOUND, MethodNotFoundError],
  [INVALID_PARAMS, InvalidParamsError],
  [INTERNAL_ERROR, InternalError],
]);
