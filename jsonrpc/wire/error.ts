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
  ParseError: -32700,
  /** The JSON is not a request. */
  InvalidRequest: -32600,
  /** There is no such method. */
  MethodNotFound: -32601,
  /** The params do not fit the method. */
  InvalidParams: -32602,
  /** The method failed for a reason that the caller is not told. */
  InternalError: -32603,
  /** There is no such stream. */
  UnknownToken: -32001,
  /** Too many subscriptions or streams are open. */
  TooManySubscriptions: -32006,
  /** The request is too large. */
  RequestTooLarge: -32007,
  /** The response would be too large. */
  ResponseTooLarge: -32008,
  /** Too many calls are in flight. */
  ServerBusy: -32009,
  /** The batch has too many items. */
  BatchTooLarge: -32010,
  /** The response of the batch would be too large. */
  BatchResponseTooLarge: -32011,
  /** The call was cancelled by its caller. */
  RequestCancelled: -32800,
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
    if (!Number.isSafeInteger(code)) {
      throw new RangeError(
        `Cannot make error: code is ${code}, expected an integer`,
      );
    }
    if (code >= -32768 && code <= -32000 && !options.reserved) {
      throw new RangeError(
        `Cannot make error: code ${code} is reserved by JSON-RPC`,
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
      typeof value === "object" && value !== null
        ? value
        : { message: value as string };
    const text = typeof message === "string" ? message : "Unknown error";
    const options = { data, reserved: true };
    if (typeof code !== "number" || !Number.isSafeInteger(code)) {
      return new InternalError({ ...options, message: text });
    }
    const Class = CLASSES.get(code);
    return Class
      ? new Class({ ...options, message: text })
      : new JsonRpcError(code, text, options);
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
  constructor(options: NamedErrorOptions = {}) {
    const { message = "Parse error", ...rest } = options;
    super(ErrorCode.ParseError, message, { ...rest, reserved: true });
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
  constructor(options: NamedErrorOptions = {}) {
    const { message = "Invalid Request", ...rest } = options;
    super(ErrorCode.InvalidRequest, message, { ...rest, reserved: true });
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
  constructor(options: NamedErrorOptions = {}) {
    const { message = "Method not found", ...rest } = options;
    super(ErrorCode.MethodNotFound, message, { ...rest, reserved: true });
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
  constructor(options: NamedErrorOptions = {}) {
    const { message = "Invalid params", ...rest } = options;
    super(ErrorCode.InvalidParams, message, { ...rest, reserved: true });
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
  constructor(options: NamedErrorOptions = {}) {
    const { message = "Internal error", ...rest } = options;
    super(ErrorCode.InternalError, message, { ...rest, reserved: true });
  }
}

const CLASSES = new Map<
  number,
  new (options: NamedErrorOptions) => JsonRpcError
>([
  [ErrorCode.ParseError, ParseError],
  [ErrorCode.InvalidRequest, InvalidRequestError],
  [ErrorCode.MethodNotFound, MethodNotFoundError],
  [ErrorCode.InvalidParams, InvalidParamsError],
  [ErrorCode.InternalError, InternalError],
]);
