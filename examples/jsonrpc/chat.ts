// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A chat: clients log in, say something, and hear the others.
 *
 * ```sh
 * deno run --allow-net examples/jsonrpc/chat.ts 8095
 * deno run --allow-net jsonrpc/cli.ts listen ws://127.0.0.1:8095
 * ```
 */

import {
  contract,
  emitter,
  implement,
  JsonRpcError,
  param,
  serve,
  type Server,
  type,
} from "@wirekit/jsonrpc";

const text = type<string>({ type: "string" });

/** The contract of the server; a client imports it for its types. */
export const chat = contract({
  info: { title: "Chat", version: "1.0.0" },
  methods: {
    login: { params: [param("name", text)], summary: "Takes a name" },
    say: {
      params: [param("text", text)],
      result: type<number>({ type: "integer" }),
      summary: "Tells all, and returns how many heard it",
    },
  },
  events: { said: { params: [param("name", text), param("text", text)] } },
});

/** Starts the server. */
export async function start(port: number): Promise<Server> {
  const methods = implement(chat, {
    login: (call, name) => {
      call.state.name = name;
    },
    say: async (call, text) => {
      const { name } = call.state;
      if (typeof name !== "string") throw new JsonRpcError(401, "Log in first");
      const all = [...server.peers];
      await Promise.all(
        all.map((peer) => emitter(peer, chat).said(name, text)),
      );
      return all.length;
    },
  });
  const server: Server = await serve({ port, methods });
  return server;
}

if (import.meta.main) {
  const { addr } = await start(Number(Deno.args[0] ?? 8095));
  // deno-lint-ignore no-console -- it is a program
  console.log(`Chat at ws://127.0.0.1:${addr.port}`);
}
