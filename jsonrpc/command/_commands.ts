// Copyright 2026 the Wirekit authors. MIT license.

/** The `jsonrpc` command and its subcommands. */

import {
  type Command,
  command,
  type Terminal,
  toggle,
  toJson,
  UsageError,
} from "@wirekit/internal/command";
import { shownUrl } from "@wirekit/internal/errors";
import {
  DATA_OPTION,
  open,
  paramsOf,
  TARGET_DETAILS,
  TARGET_OPTIONS,
  targetOf,
} from "./_command_target.ts";
import { readDocument } from "./_document.ts";
import { exactly } from "./_exact_codec.ts";
import { formatManual } from "./_manual.ts";
import type { Target } from "./_program.ts";
import { written } from "./_written.ts";
import {
  MalformedResponseError,
  NotConnectedError,
  TimeoutError,
} from "../call/call_error.ts";
import config from "../deno.json" with { type: "json" };
import type { Peer } from "../peer.ts";
import { JsonRpcError } from "../wire/error.ts";

const PARAMS =
  "A PARAM is KEY=VALUE, or a VALUE if none has a key: params by " +
  "name or by position. A VALUE that is JSON is sent as such, any other as " +
  "text. A VALUE alone that has a = after letters, as base64 may, is given in " +
  `quotes: '"YQ=="'. A single PARAM that is a JSON array or object is all params.`;

const call = command({
  name: "call",
  summary: "Call a method, and print its result",
  operands: "[URL] METHOD [PARAM…]",
  startsProgram: true,
  details: `${TARGET_DETAILS}\n\n${PARAMS}`,
  options: {
    ...DATA_OPTION,
    stream: toggle("Print each value of a result that is a stream"),
    ...TARGET_OPTIONS,
  },
  examples: [
    "jsonrpc call ws://127.0.0.1:8095 sum 1 -2",
    "jsonrpc call http://127.0.0.1:8095 greet name=Ada",
    "jsonrpc call --port 8095 sum --data @numbers.json",
    `jsonrpc call initialize '{"capabilities":{}}' --lsp -- clangd`,
  ],
  async run(call, terminal) {
    const { options } = call;
    const { place, words: [method, ...rest] } = targetOf(call, terminal);
    if (method === undefined) throw noMethod();
    const params = await paramsOf(rest, options);
    await using target = await open(place, options, terminal);
    const { signal } = terminal;
    const { timeout = 60_000, json, stream } = options;
    const show = (value: unknown) =>
      terminal.log(toJson(exactly(value), json ? undefined : 2));
    return await answered(method, target, terminal, async () => {
      if (!stream) {
        const call = target.caller.request(method, params, { timeout, signal });
        const result = await terminal.during(`Waiting for ${method}`, call);
        show(result);
        if (target.peer && isStream(result)) {
          terminal.error("This may be a stream: --stream prints its values");
        }
        return;
      }
      if (!target.peer) throw new UsageError("There are no streams over HTTP");
      const values = target.peer.stream(method, params, { signal });
      for await (const value of values) show(value);
    });
  },
});

const notify = command({
  name: "notify",
  summary: "Send a notification, which has no answer",
  operands: "[URL] METHOD [PARAM…]",
  startsProgram: true,
  details: `${TARGET_DETAILS}\n\n${PARAMS}`,
  options: { ...DATA_OPTION, ...TARGET_OPTIONS },
  examples: ["jsonrpc notify ws://127.0.0.1:8095 log 'back soon'"],
  async run(call, terminal) {
    const { options } = call;
    const { place, words: [method, ...rest] } = targetOf(call, terminal);
    if (method === undefined) throw noMethod();
    const params = await paramsOf(rest, options);
    await using target = await open(place, options, terminal);
    return await answered(method, target, terminal, async () => {
      await target.caller.notify(method, params);
    });
  },
});

const listen = command({
  name: "listen",
  summary: "Print the notifications or the events of a subscription",
  operands: "[URL] [NAMESPACE NAME [PARAM…]]",
  startsProgram: true,
  details:
    `${TARGET_DETAILS} It runs until the other end closes, or until Ctrl-C.`,
  options: TARGET_OPTIONS,
  examples: [
    "jsonrpc listen ws://127.0.0.1:8095",
    "jsonrpc listen wss://node.example eth newHeads",
  ],
  async run(call, terminal) {
    const { place, words: [namespace, name, ...rest] } = targetOf(
      call,
      terminal,
    );
    if (namespace !== undefined && name === undefined) {
      throw new UsageError(`NAME is missing after ${namespace}`);
    }
    await using target = await open(place, call.options, terminal);
    const { peer } = target;
    const { signal } = terminal;
    if (!peer) {
      throw new UsageError(
        "There are no events over HTTP: call a WebSocket or stream URL",
      );
    }
    const where = typeof place === "string" ? shownUrl(place) : place[0];
    const begin = () =>
      terminal.error(`Waiting for events of ${where} (Ctrl-C stops it)`);
    if (namespace === undefined) begin();
    const ended = Promise.withResolvers<undefined>();
    signal.addEventListener("abort", () => ended.resolve(undefined));
    if (signal.aborted) return;
    if (namespace === undefined || name === undefined) {
      // What speaks another protocol would be waited for without end.
      const ends = [peer.closed, ended.promise];
      if (typeof place === "string") ends.push(foreignness(peer, signal));
      const error = await Promise.race(ends);
      if (signal.aborted) return;
      if (error instanceof MalformedResponseError) {
        throw await target.explain(error);
      }
      const said = await target.closed ?? "The connection is closed";
      if (error) throw new NotConnectedError(said, { cause: error });
      terminal.error(said);
      return;
    }
    const params = await paramsOf(rest, { data: undefined }) ?? [];
    return await answered(
      `${namespace} ${name}`,
      target,
      terminal,
      async () => {
        await using events = await peer.subscribe(
          namespace,
          name,
          Array.isArray(params) ? params : [params],
          { timeout: call.options.timeout ?? 60_000, signal },
        );
        begin();
        signal.addEventListener("abort", () => void events.unsubscribe());
        for await (const event of events) terminal.log(toJson(exactly(event)));
      },
    );
  },
});

const discover = command({
  name: "discover",
  summary: "Print the methods of a server",
  operands: "[URL]",
  startsProgram: true,
  details: TARGET_DETAILS,
  options: TARGET_OPTIONS,
  examples: ["jsonrpc discover ws://127.0.0.1:8095"],
  async run(call, terminal) {
    const { place, words: [surplus] } = targetOf(call, terminal);
    if (surplus !== undefined) {
      throw new UsageError(`Unexpected argument "${surplus}"`);
    }
    await using target = await open(place, call.options, terminal);
    const { signal } = terminal;
    const { timeout = 60_000, json } = call.options;
    return await answered("rpc.discover", target, terminal, async () => {
      const answer = await target.caller.request(
        "rpc.discover",
        undefined,
        { timeout, signal },
      );
      const { document, remark } = readDocument(answer);
      terminal.log(json ? toJson(exactly(answer)) : formatManual(document));
      if (remark && !json) terminal.error(remark);
    });
  },
});

const inspecting = () => import("./inspect/_command_inspect.ts");

/** The `jsonrpc` command. */
export const jsonrpc: Command = {
  name: "jsonrpc",
  version: config.version,
  summary: "Call and serve JSON-RPC 2.0",
  commands: [
    call,
    notify,
    listen,
    discover,
    { name: "inspect", load: async () => (await inspecting()).inspectCommand },
    {
      name: "serve",
      load: async () => (await import("./_command_serve.ts")).serveCommand,
    },
  ],
  examples: [
    "jsonrpc serve math.ts",
    "jsonrpc call ws://127.0.0.1:8095 sum 1 2",
    `jsonrpc call initialize '{"capabilities":{}}' --lsp -- clangd`,
    "jsonrpc discover ws://127.0.0.1:8095",
    "jsonrpc inspect --lsp -- clangd",
  ],
  exitCode(error) {
    if (error instanceof TimeoutError) return 4;
    if (error instanceof NotConnectedError) return 3;
    return error instanceof MalformedResponseError ? 1 : undefined;
  },
};

/** Waits for an answer that is none of this protocol. */
async function foreignness(peer: Peer, signal: AbortSignal): Promise<Error> {
  try {
    await peer.request("rpc.ping", [], { timeout: Infinity, signal });
  } catch (error) {
    if (error instanceof MalformedResponseError) return error;
  }
  return await new Promise(() => {});
}

/** Runs a function with a target, and prints an error that it answers with. */
async function answered(
  method: string,
  target: Target,
  terminal: Terminal,
  action: () => Promise<void>,
): Promise<number> {
  try {
    await action();
    return 0;
  } catch (error) {
    if (terminal.signal.aborted) throw terminal.signal.reason;
    if (!(error instanceof JsonRpcError)) throw await target.explain(error);
    const { code, message, data } = error;
    const more = data === undefined ? "" : `\n${written(data, 2)}`;
    terminal.error(
      `jsonrpc: "${method}" answers with error ${code}: ${message}${more}`,
    );
    return 1;
  }
}

const STREAM_MEMBERS = ["token", "values", "finished"];

/** Whether a result looks as what stands for a stream. */
function isStream(result: unknown): boolean {
  const members = Object(result);
  return typeof members.token === "number" &&
    Object.keys(members).every((each) => STREAM_MEMBERS.includes(each));
}

function noMethod(): UsageError {
  return new UsageError("METHOD is missing. See jsonrpc call --help");
}
