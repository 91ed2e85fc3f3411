// Copyright 2026 the Wirekit authors. MIT license.

/** The commands by which a person talks to the clients of a hub. */

import {
  command,
  printable,
  readData,
  text,
  UsageError,
  valueOf,
} from "@wirekit/internal/command";
import { RemoteError } from "../errors.ts";
import { explain, nobodyHas } from "./_absent.ts";
import {
  CLIENT_OPTIONS,
  connectClient,
  makeClient,
  untilStopped,
} from "./_client.ts";
import { inOneLine } from "./_dashboard.ts";
import { isRecord, stringify } from "../client/_json.ts";

/** Sends a request. */
export const call = command({
  name: "call",
  summary: "Send a request to a client and print its answer",
  operands: "TARGET ROUTE [KEY=VALUE…]",
  details: "A VALUE that is JSON is sent as such, any other as text.",
  options: {
    data: text(
      "JSON",
      "All data as one JSON text; - reads standard input, @FILE a file",
    ),
    ...CLIENT_OPTIONS,
  },
  examples: [
    "hub call some-bot greet name=zoë id=123456789012345678",
    `hub call some-bot greet --data '{"name":"zoë"}'`,
    "hub call some-bot greet --data @question.json --json",
  ],
  async run({ words: [target = "", route = "", ...pairs], options }, terminal) {
    const data = await dataOf(pairs, options.data);
    const recorded = await connectClient(options, terminal);
    await using client = recorded.client;
    const { signal } = terminal;
    const { timeout = 60_000, json } = options;
    const result = await terminal.during(
      `Waiting for the answer of ${printable(target)}`,
      client.request(target, route, data, { timeout, signal })
        .catch((error) => explain(error, client, target)),
    );
    const isText = typeof result === "string" && !json;
    terminal.log(isText ? result : recorded.answer() ?? stringify(result));
  },
});

/** Sends information. */
export const inform = command({
  name: "inform",
  summary: "Send information to the named clients, or to all",
  operands: "DATA [TARGET…]",
  details: "DATA that is JSON is sent as such, any other as text; - reads " +
    "standard input, @FILE a file.",
  options: CLIENT_OPTIONS,
  examples: [
    "hub inform 'back in five minutes'",
    `hub inform '{"shop":"open"}' some-bot another-bot`,
  ],
  async run({ words: [text = "", ...targets], options }, terminal) {
    const data = valueOf(await readData(text), BigInt);
    if (!data) {
      throw new UsageError(
        `Cannot tell ${JSON.stringify(data)}: stock winerp clients drop what ` +
          "is empty, 0, false or null",
      );
    }
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const { timeout = 60_000 } = options;
    await client.inform(data, targets.length > 0 ? targets : undefined);
    // It has no answer. The hub has read it once it answers what comes after it.
    const { signal } = terminal;
    const missing: string[] = [];
    for (const target of targets.length > 0 ? targets : [undefined]) {
      if (await client.ping(target, { timeout, signal })) continue;
      if (target !== undefined) missing.push(target);
    }
    if (missing.length > 0) {
      throw new RemoteError(await nobodyHas(client, ...missing));
    }
  },
});

/** Looks whether somebody is there. */
export const ping = command({
  name: "ping",
  summary: "Check whether the hub answers, or whether a client is connected",
  operands: "[TARGET]",
  options: CLIENT_OPTIONS,
  examples: ["hub ping", "hub ping some-bot"],
  async run({ words: [target], options }, terminal) {
    const { client } = await connectClient(options, terminal);
    await using _client = client;
    const { timeout = 60_000, json } = options;
    const { signal } = terminal;
    const start = performance.now();
    const success = await client.ping(target, { timeout, signal });
    const ms = Number((performance.now() - start).toFixed(2));
    const who = target === undefined ? "The hub" : target;
    if (json) terminal.log(JSON.stringify({ success, ms }));
    else if (!success) {
      terminal.log(await nobodyHas(client, who));
    } else if (target === undefined) terminal.log(`${who} answers in ${ms} ms`);
    else terminal.log(`${who} is connected`);
    return success ? 0 : 1;
  },
});

/** Prints what arrives. */
export const listen = command({
  name: "listen",
  summary: "Take a name and print what arrives until Ctrl-C",
  operands: "NAME",
  details: 'Requests are answered with "Route not found".',
  options: CLIENT_OPTIONS,
  examples: ["hub listen dashboard --json"],
  async run({ words: [name = ""], options }, terminal) {
    if (name === "@hub") {
      throw new UsageError('The name "@hub" is the hub\'s own: take another');
    }
    const { client } = await makeClient(name, options, terminal);
    await using _client = client;
    const { signal } = terminal;
    const write = (type: string, detail: { source: string }, text: string) =>
      terminal.log(
        options.json
          ? stringify({ type, ...detail })
          : `${inOneLine(detail.source)}${text}`,
      );
    client.addEventListener("information", ({ detail }) => {
      const { data } = detail;
      const text = typeof data === "string" ? data : stringify(data);
      write("information", detail, `: ${text}`);
    });
    client.addEventListener("request", ({ detail }) => {
      const { route, data } = detail;
      write(
        "request",
        detail,
        ` asks for ${inOneLine(route)} ${stringify(data)}`,
      );
    });
    let wasReady = false;
    client.addEventListener("ready", () => {
      wasReady = true;
      terminal.error(`Listening as ${name} (Ctrl-C stops it)`);
    });
    client.addEventListener("hold", () => {
      terminal.error(
        `Waiting for the name ${name}: another client has it, or the hub ` +
          "cannot say whether it is free, as it cannot reach its cluster",
      );
    });
    client.addEventListener("disconnect", () => {
      if (wasReady && !signal.aborted) {
        terminal.error("The connection to the hub was lost");
      }
    });
    await client.connect({ timeout: Infinity, signal }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    await untilStopped(client, signal);
  },
});

async function dataOf(
  pairs: readonly string[],
  given: string | undefined,
): Promise<Record<string, unknown>> {
  if (given === undefined) return Object.fromEntries(pairs.map(pairOf));
  if (pairs.length > 0) {
    throw new UsageError("--data and KEY=VALUE exclude each other");
  }
  const data = valueOf(await readData(given), BigInt);
  if (isRecord(data)) return data;
  throw new UsageError(`--data has to be a JSON object, not ${given}`);
}

function pairOf(pair: string): [string, unknown] {
  const at = pair.indexOf("=");
  if (at > 0) return [pair.slice(0, at), valueOf(pair.slice(at + 1), BigInt)];
  throw new UsageError(`"${pair}" has to be KEY=VALUE`);
}
