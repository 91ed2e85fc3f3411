import { abortable as original } from "npm:deno-std@1.4.0/async/abortable.js";

export const abortable: <T>(p: Promise<T>, signal: AbortSignal) => Promise<T> =
  original;
