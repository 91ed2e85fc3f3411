import { deadline as original } from "npm:deno-std@1.4.0/async/deadline.js";

export interface DeadlineOptions {
  signal?: AbortSignal;
}

export const deadline: <T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
) => Promise<T> = original;
