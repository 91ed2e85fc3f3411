// Copyright 2026 the Wirekit authors. MIT license.

/** Strangers on a byte stream: python-lsp-jsonrpc, and a real language server. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  JsonRpcError,
  type LogEntry,
  MethodNotFoundError,
  Methods,
  spawn,
} from "@wirekit/jsonrpc";
import { hover } from "../../../examples/jsonrpc/hover.ts";
import { pythonOf } from "../../_python.ts";
import { passed, testMatrix } from "./_matrix.ts";

const ours = "wirekit";

Deno.test("Peer talks to python-lsp-jsonrpc over Content-Length", async () => {
  const program = new URL("pylsp_peer.py", import.meta.url).pathname;
  await using child = spawn(pythonOf("jsonrpc"), {
    args: ["-u", program],
    framing: "content-length",
    stderr: "null",
    methods: new Methods().add("double", (_call, { x }) => 2 * x),
    timeout: 10_000,
  });
  const { peer } = child;
  assertEquals(await peer.request("sub", { x: 5, y: 3 }), 2);
  assertEquals(await peer.request("text", { text: "é😀\n" }), "é😀\né😀\n");
  const large = "x".repeat(200_000);
  assertEquals(await peer.request("text", { text: large }), large + large);
  await assertRejects(() => peer.request("none", {}), MethodNotFoundError);
  const seven = await assertRejects(
    () => peer.request("fail", {}),
    JsonRpcError,
  );
  assertEquals([seven.code, seven.data], [7, { more: 1 }]);
  assertEquals(await peer.request("back", { x: 4 }), 8);
  passed(ours, "python-lsp-jsonrpc", "named", "errors", "large", "reverse");

  // It never answers a call that is cancelled before it runs (its future is
  // already over when it sets the error), so ours must not wait for that.
  const controller = new AbortController();
  const { signal } = controller;
  const slow = peer.request("slow", {}, { signal });
  controller.abort();
  await assertRejects(() => slow, DOMException);
  assertEquals(await peer.request("sub", { x: 1 }), 1);
  passed(ours, "python-lsp-jsonrpc", "cancel");
});

/** A language server of Debian that speaks C++, if it is there. */
async function findClangd(): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of ["clangd", "clangd-14", "clangd-19"]) {
      const path = `${folder}/${name}`;
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
        return path;
      }
    }
  }
  return undefined;
}

Deno.test("Peer talks to clangd, and cancels a request for real", async () => {
  const clangd = await findClangd();
  assert(clangd, "clangd is not there: apt-get install clangd");
  const folder = await Deno.makeTempDir();
  const diagnosed = Promise.withResolvers<unknown>();
  const methods = new Methods()
    .add(
      "textDocument/publishDiagnostics",
      (_call, { diagnostics }) => diagnosed.resolve(diagnostics),
    )
    .add("window/workDoneProgress/create", () => {});
  const entries: LogEntry[] = [];
  await using child = spawn(clangd, {
    args: ["--log=error", "--background-index=false"],
    cwd: folder,
    framing: "content-length",
    stderr: "null",
    methods,
    timeout: 30_000,
    onMessage: (entry) => entries.push(entry),
  });
  const { peer } = child;
  const { capabilities } = await peer.request<{ capabilities: object }>(
    "initialize",
    { processId: null, rootUri: `file://${folder}`, capabilities: {} },
  );
  assert("hoverProvider" in capabilities);
  await peer.notify("initialized", {});

  const uri = `file://${folder}/main.cpp`;
  const lines = Array.from(
    { length: 3_000 },
    (_, i) => `int f${i}() { return ${i}; }`,
  );
  const text = `${lines.join("\n")}\nint main() { return g(); }\n`;
  await peer.notify("textDocument/didOpen", {
    textDocument: { uri, languageId: "cpp", version: 1, text },
  });

  // While it still parses, one request is cancelled and one is not.
  const textDocument = { uri };
  const position = { line: 1, character: 5 };
  const controller = new AbortController();
  const cancelled = peer.request("textDocument/hover", {
    textDocument,
    position,
  }, { signal: controller.signal, awaitCancel: true });
  const kept = peer.request<{ contents: { value: string } }>(
    "textDocument/hover",
    { textDocument, position },
  );
  controller.abort();
  const failure = await assertRejects(() => cancelled, JsonRpcError);
  assertEquals(failure.code, -32800);
  assert((await kept).contents.value.includes("f1"));
  const [diagnostic] = (await diagnosed.promise) as { message: string }[];
  assert(diagnostic?.message.includes("g"));
  await assertRejects(
    () => peer.request("no/such/method", {}),
    MethodNotFoundError,
  );
  assert(
    entries.some(({ direction, method }) =>
      direction === "out" && method === "$/cancelRequest"
    ),
  );
  assertEquals(await peer.request("shutdown"), null);
  await peer.notify("exit");
  assertEquals((await child.status).code, 0);
  passed(ours, "clangd", "named", "notify", "events", "errors", "cancel");
});

Deno.test("The example asks clangd what stands at a place", async () => {
  const file = `${await Deno.makeTempDir()}/main.cpp`;
  await Deno.writeTextFile(file, "int answer() { return 42; }\n");
  assertStringIncludes(await hover(file, 1, 5), "answer");
});

testMatrix("byte streams");
