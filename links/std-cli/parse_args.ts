import { parseArgs as original } from "npm:deno-std@1.4.0/cli/parse_args.js";

export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
> {
  boolean?: readonly B[];
  string?: readonly S[];
  collect?: readonly C[];
  alias?: Record<string, string | readonly string[]>;
  default?: Record<string, unknown>;
  negatable?: readonly string[];
  stopEarly?: boolean;
  "--"?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export type Args<B extends string, S extends string, C extends string> =
  & { [K in Exclude<S, C>]: string | undefined }
  & { [K in C]: string[] }
  & { [K in B]: boolean }
  & { _: Array<string | number>; "--"?: string[] };

export const parseArgs: <
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
>(args: readonly string[], options?: ParseOptions<B, S, C>) => Args<B, S, C> =
  original as never;
