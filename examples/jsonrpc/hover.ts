// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Asks a real language server what is at a position in a C++ file.
 *
 * ```sh
 * deno run --allow-read --allow-run=clangd examples/jsonrpc/hover.ts main.cpp 3 8
 * ```
 */

import { spawn } from "@wirekit/jsonrpc";

/** Asks `clangd` about a line and a column, counted from 1. */
export async function hover(
  file: string,
  line: number,
  column: number,
): Promise<string> {
  const uri = `file://${await Deno.realPath(file)}`;
  const text = await Deno.readTextFile(file);
  await using clangd = spawn("clangd", {
    args: ["--log=error", "--background-index=false"],
    framing: "content-length",
    stderr: "null",
  });
  const { peer } = clangd;
  await peer.request("initialize", {
    processId: Deno.pid,
    rootUri: null,
    capabilities: {},
  });
  await peer.notify("initialized", {});
  await peer.notify("textDocument/didOpen", {
    textDocument: { uri, languageId: "cpp", version: 1, text },
  });
  const answer = await peer.request<{ contents: { value: string } } | null>(
    "textDocument/hover",
    {
      textDocument: { uri },
      position: { line: line - 1, character: column - 1 },
    },
  );
  await peer.request("shutdown");
  await peer.notify("exit");
  return answer?.contents.value ?? "nothing";
}

if (import.meta.main) {
  const [file = "main.cpp", line = "1", column = "1"] = Deno.args;
  // deno-lint-ignore no-console -- it is a program
  console.log(await hover(file, Number(line), Number(column)));
}
