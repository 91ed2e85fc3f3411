// Copyright 2026 the Wirekit authors. MIT license.

/** Programs that the inspector is tried with, each by its name. */

import {
  contract,
  implement,
  JsonRpcError,
  Methods,
  param,
  Peer,
  type,
} from "../mod.ts";
import { stdioTransport } from "../stdio.ts";

const number = type<number>({ type: "number" });

function plain(): Peer {
  const methods: Methods = implement(
    contract({
      info: { title: "Plain", version: "1.0.0" },
      methods: {
        sum: {
          summary: "Adds two numbers",
          params: [param("x", number), param("y", number)],
          result: number,
        },
      },
    }),
    { sum: (_call, x, y) => x + y },
  );
  methods
    .add("fail", () => {
      throw new JsonRpcError(7, "no luck", { data: { why: "bad day" } });
    })
    .add("log", (call) => call.peer.notify("told", [call.method]))
    .add("slow", async (call) => {
      await call.peer.notify("begun");
      await new Promise((resolve) => call.signal.onabort = resolve);
    });
  return new Peer(stdioTransport("newline"), { methods });
}

function mcp(): Peer {
  const text = (text: string) => ({ content: [{ type: "text", text }] });
  const properties = { loud: { type: "boolean" }, text: { type: "string" } };
  const methods = new Methods()
    .add("initialize", (_call, { protocolVersion }) => ({
      protocolVersion,
      capabilities: { tools: {}, prompts: {}, resources: {} },
      serverInfo: { name: "letters", version: "1.0.0" },
      instructions: "Counts things",
    }))
    .add("notifications/initialized", () => {})
    .add(
      "tools/list",
      (_call, { cursor }) =>
        cursor === undefined ? { tools: [], nextCursor: "1" } : {
          tools: [{
            name: "count",
            description: "Counts the letters of a text",
            inputSchema: { type: "object", properties, required: ["text"] },
          }],
        },
    )
    .add("tools/call", async (call, params) => {
      await call.peer.request("ping");
      await call.peer.notify("notifications/message", {
        level: "warning",
        data: "counted",
      });
      return text(`${params.arguments.text.length} letters`);
    })
    .add("prompts/list", () => ({
      prompts: [{ name: "greet", arguments: [{ name: "name" }] }],
    }))
    .add("prompts/get", (_call, params) => ({
      messages: [{ role: "user", content: `hello ${params.arguments.name}` }],
    }))
    .add("resources/read", (_call, { uri }) => ({ contents: [{ uri }] }));
  const transport = stdioTransport("newline");
  return new Peer(transport, { methods, conventions: "mcp" });
}

function lsp(): Peer {
  const seen: string[] = [];
  const texts = new Map<string, string>();
  const at = (line: number, character: number) => ({
    start: { line, character },
    end: { line, character },
  });
  const symbol = (name: string, line: number, more = {}) => ({
    name,
    selectionRange: at(line, 0),
    ...more,
  });
  const methods: Methods = new Methods()
    .add("initialize", () => ({
      capabilities: {
        hoverProvider: true,
        definitionProvider: true,
        documentSymbolProvider: {},
        completionProvider: {},
      },
      serverInfo: { name: "todo" },
    }))
    .add("initialized", async (call) => {
      await call.peer.request("workspace/configuration", { items: [{}] });
    })
    .add("textDocument/didOpen", async (call, { textDocument }) => {
      const { uri, languageId } = textDocument;
      texts.set(uri, languageId);
      const diagnostics = [{ range: at(1, 0), message: "Still to do" }];
      await call.peer.notify("textDocument/publishDiagnostics", {
        uri,
        diagnostics,
      });
    })
    .add("textDocument/hover", (_call, { textDocument, position }) => ({
      contents: {
        kind: "plaintext",
        value: `at ${position.line}:${position.character} of ` +
          texts.get(textDocument.uri),
      },
    }))
    .add("textDocument/definition", (_call, { textDocument: { uri } }) => [
      { uri, range: at(2, 4) },
    ])
    .add("textDocument/documentSymbol", () => [
      symbol("outer", 0, {
        children: [symbol("inner", 1, { detail: "in it" })],
      }),
    ])
    .add("textDocument/completion", () => ({
      items: [{ label: "word", detail: "a noun" }],
    }))
    .add("shutdown", () => {
      seen.push("shutdown");
      return null;
    })
    .add("exit", () => {
      seen.push("exit");
      Deno.stderr.writeSync(new TextEncoder().encode(`${seen.join(" ")}\n`));
      Deno.exit();
    });
  return new Peer(stdioTransport("content-length"), { methods });
}

function silent(): Peer {
  const methods = new Methods()
    .add("initialize", () => new Promise(() => {}));
  return new Peer(stdioTransport("newline"), { methods });
}

/** Its words would name the window and move the cursor of a terminal. */
function hostile(): Peer {
  const bad = "\x1b]0;owned\x07\x1b[2J";
  const text = (text: string) => ({ content: [{ type: "text", text }] });
  const methods = new Methods()
    .add("initialize", () => ({
      protocolVersion: bad,
      capabilities: { tools: {} },
      serverInfo: { name: bad },
      instructions: bad,
    }))
    .add("notifications/initialized", () => {})
    .add("tools/list", () => ({
      tools: [
        { name: `a${bad}`, description: bad },
        {
          name: "ask",
          inputSchema: {
            type: "object",
            properties: { [bad]: { type: bad, description: bad } },
            required: [bad],
          },
        },
      ],
    }))
    .add("tools/call", async (call) => {
      await call.peer.notify(`told${bad}`, [bad]);
      return text(bad);
    });
  const transport = stdioTransport("newline");
  return new Peer(transport, { methods, conventions: "mcp" });
}

const servers: Record<string, () => Peer> = {
  plain,
  mcp,
  lsp,
  silent,
  hostile,
};
await servers[Deno.args[0] ?? "plain"]?.().closed;
