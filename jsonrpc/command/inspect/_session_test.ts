// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { Caller } from "../../call/caller.ts";
import type { Params } from "../../wire/message.ts";
import type { Target } from "../_program.ts";
import { mutated, randomOf } from "../_test_util.ts";
import { type Dialect, PLAIN, told } from "./_dialect.ts";
import { Inspector } from "./_inspector.ts";
import { Lsp } from "./_lsp.ts";
import { Mcp } from "./_mcp.ts";
import { Session } from "./_session.ts";
import { readSourceFile } from "./_source_file.ts";
import { methodReport } from "./page/_field.ts";

const PATIENCE = 60_000;

/** Another end that answers as a function says. */
function targetOf(answer: (method: string) => unknown): Target {
  const caller = {
    request: (method: string) => Promise.resolve(answer(method)),
    notify: () => Promise.resolve(),
  } as unknown as Caller;
  return {
    caller,
    explain: (error) => Promise.resolve(error),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const RANGE = { start: { line: 1, character: 2 } };

const ANSWERS: Record<string, unknown> = {
  initialize: {
    protocolVersion: "2025-06-18",
    serverInfo: { name: "any", version: "1.0.0" },
    instructions: "Be kind",
    capabilities: {
      ...{ tools: {}, prompts: {}, resources: {} },
      ...{ hoverProvider: true, completionProvider: {} },
      ...{ definitionProvider: true, documentSymbolProvider: true },
    },
  },
  "tools/list": {
    tools: [{
      name: "count",
      description: "Counts",
      inputSchema: {
        type: "object",
        properties: { text: { type: "string", description: "A text" } },
        required: ["text"],
      },
    }],
  },
  "prompts/list": {
    prompts: [{ name: "greet", arguments: [{ name: "name", required: true }] }],
  },
  "rpc.discover": {
    methods: [{ name: "sum", params: [{ name: "x", schema: {} }] }],
  },
  "tools/call": { content: [{ type: "text", text: "5 letters" }] },
  "textDocument/hover": {
    contents: [{ kind: "plaintext", value: "int" }, "a"],
  },
  "textDocument/completion": { items: [{ label: "word", detail: "a noun" }] },
  "textDocument/definition": [{ uri: "file:///a", range: RANGE }],
  "textDocument/documentSymbol": [{
    name: "outer",
    selectionRange: RANGE,
    children: [{ name: "inner", location: { uri: "file:///a", range: RANGE } }],
  }],
};

const NOTIFICATIONS: [string, Record<string, unknown>][] = [
  ["notifications/message", { level: "info", data: { a: 1 } }],
  ["window/logMessage", { message: "hello" }],
  ["textDocument/publishDiagnostics", {
    uri: "file:///a",
    diagnostics: [{ range: RANGE, message: "bad" }],
  }],
];

/** Words of the engine, which say nothing to a person. */
const ENGINE_REGEXP =
  /undefined|cannot read|destructure|not iterable|is not a function|call stack|primitive/i;

/** What a text has in it that was made of no text. */
const ODD_REGEXP = /undefined|NaN|\[object|Infinity/;

const DIALECTS: Record<string, () => Dialect> = {
  plain: () => PLAIN,
  mcp: () => new Mcp(),
  lsp: () => new Lsp(),
};

for (const [name, dialectOf] of Object.entries(DIALECTS)) {
  Deno.test(`A session of ${name} lives with answers of any shape`, async () => {
    const file = new URL("../../testdata/inspected.txt", import.meta.url)
      .pathname;
    const { signal } = new AbortController();
    for (let seed = 0; seed < 1_000; seed++) {
      const random = randomOf(seed);
      const target = targetOf((method) => mutated(ANSWERS[method], random));
      const dialect = dialectOf();
      try {
        const session = await Session.begin(dialect, target, PATIENCE, signal);
        new Inspector(dialect).greet(session);
        session.entries.forEach(methodReport);
        for (const entry of session.entries) {
          const { fault, words = "" } = await session.ask(
            entry,
            name === "lsp" ? { file, line: 1, column: 1 } : {},
            { signal, onProgress() {} },
          );
          assertEquals(fault, undefined);
          assert(!ODD_REGEXP.test(words), words);
        }
        for (const [method, params] of NOTIFICATIONS) {
          const given = mutated(params, random) as Params;
          const words = told(dialect, method, given) ?? "";
          assert(!ODD_REGEXP.test(words), words);
        }
        assert(!ENGINE_REGEXP.test(session.greeting), session.greeting);
        assert(!ENGINE_REGEXP.test(session.remark), session.remark);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });
}

Deno.test("What makes a request is given up with its call", async () => {
  const { signal } = new AbortController();
  const target = targetOf(() => null);
  const session = await Session.begin(PLAIN, target, PATIENCE, signal);
  const call = new AbortController();
  const outcome = session.ask(
    {
      name: "f",
      params: [],
      byName: true,
      ask: () => new Promise(() => {}),
    },
    undefined,
    { signal: call.signal, onProgress() {} },
  );
  call.abort(new Error("Given up"));
  assertEquals((await deadline(outcome, PATIENCE)).fault, "Given up");
});

Deno.test("The reading of a file ends with its call", async () => {
  const stop = new AbortController();
  const path = new URL(import.meta.url).pathname;
  const read = readSourceFile(path, stop.signal);
  stop.abort(new Error("Given up"));
  await assertRejects(() => read, Error, "Given up");
});
