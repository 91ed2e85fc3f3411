import {
  retry as original,
  RetryError as OriginalError,
} from "npm:deno-std@1.4.0/async/retry.js";

export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
}

export const RetryError: new (cause: unknown, attempts: number) => Error =
  OriginalError;

export const retry: <T>(
  fn: () => Promise<T> | T,
  options?: RetryOptions,
) => Promise<T> = original;
