// Copyright 2026 the Wirekit authors. MIT license.

/** How many bytes a page downloads for a client of one protocol. */

import { FLAGS, run, weightOf } from "../../tests/browser/_bundle.ts";
import type { Suite } from "../suite.ts";
import { valueTarget } from "../suite.ts";

/** The smallest client of each protocol. */
const CLIENTS = {
  "hub": "hub/mini.ts",
  "JSON-RPC": "jsonrpc/call/mini.ts",
  "wsrpc": "wsrpc/mini.ts",
};

/** The suite. */
export const suite: Suite = {
  name: "pages",
  title: "What a page downloads for a client of one protocol",
  async run({ log }) {
    const targets = [];
    const rows = [
      "| client | minified, kB | after gzip, kB |",
      "| --- | --: | --: |",
    ];
    for (const [protocol, path] of Object.entries(CLIENTS)) {
      const [minified, zipped] = (await weightOf(
        await run("bundle", ...FLAGS, path),
      )).map((bytes) => bytes / 1000) as [number, number];
      const what = `client of ${protocol} in a page, after gzip`;
      log(`${what}: ${zipped.toFixed(2)} kB`);
      targets.push(valueTarget(what, zipped, 6, "kB"));
      rows.push(
        `| ${protocol} | ${minified.toFixed(1)} | ${zipped.toFixed(2)} |`,
      );
    }
    return { targets, details: rows.join("\n") };
  },
};
