// Copyright 2026 the Wirekit authors. MIT license.

/** What is wrong with the lists of a settings file, member by member. */

import { Hub } from "../hub.ts";
import type { Fault } from "./_json_file.ts";
import type { Written } from "./_written.ts";

/** Lists whose members are checked one by one, so that each has its line. */
const LISTS = [
  "tokens",
  "rules",
  "allowedOrigins",
  "allowedHosts",
  "allowedAddresses",
] as const;

/** What a hub says about each member of each list. */
export function itemFaults(options: Partial<Written>): Fault[] {
  const faults: Fault[] = [];
  for (const name of LISTS) {
    (options[name] ?? []).forEach((item: unknown, n: number) => {
      try {
        new Hub({ [name]: [item] });
      } catch (error) {
        const { message } = error as Error;
        const text = message.replace("[0]", `[${n}]`);
        faults.push({ path: `/${name}/${n}`, text });
      }
    });
  }
  return faults;
}
