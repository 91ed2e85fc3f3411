// Copyright 2026 the Wirekit authors. MIT license.

/** Language servers. */

import { toJson } from "@wirekit/internal/command";
import { Methods } from "../../answer/methods.ts";
import type { Caller } from "../../call/caller.ts";
import type { ContentDescriptor } from "../../contract/openrpc.ts";
import config from "../../deno.json" with { type: "json" };
import type { Params } from "../../wire/message.ts";
import type { Dialect, Limit } from "./_dialect.ts";
import { recordOf, textOf } from "../_document.ts";
import type { Entry, Found, Question } from "./_entry.ts";
import { shown, told } from "./_lsp_words.ts";
import { readSourceFile } from "./_source_file.ts";

const FILE: ContentDescriptor = {
  name: "file",
  schema: { type: "string" },
  required: true,
};
const POSITION: ContentDescriptor[] = [
  FILE,
  {
    name: "line",
    schema: { type: "integer" },
    required: true,
    summary: "from 1",
  },
  {
    name: "column",
    schema: { type: "integer" },
    required: true,
    summary: "from 1",
  },
];

/** What is called with a place in a file, by the capability that allows it. */
const METHODS: [capability: string, method: string, ContentDescriptor[]][] = [
  ["hoverProvider", "textDocument/hover", POSITION],
  ["completionProvider", "textDocument/completion", POSITION],
  ["definitionProvider", "textDocument/definition", POSITION],
  ["typeDefinitionProvider", "textDocument/typeDefinition", POSITION],
  ["implementationProvider", "textDocument/implementation", POSITION],
  ["referencesProvider", "textDocument/references", POSITION],
  ["documentHighlightProvider", "textDocument/documentHighlight", POSITION],
  ["signatureHelpProvider", "textDocument/signatureHelp", POSITION],
  ["documentSymbolProvider", "textDocument/documentSymbol", [FILE]],
  ["documentFormattingProvider", "textDocument/formatting", [FILE]],
  ["foldingRangeProvider", "textDocument/foldingRange", [FILE]],
  ["documentLinkProvider", "textDocument/documentLink", [FILE]],
  ["workspaceSymbolProvider", "workspace/symbol", [{
    name: "query",
    schema: { type: "string" },
    required: true,
  }]],
];

/** The largest place, counted from 1. */
const MAX_PLACE = 2 ** 31;

/** The ids of languages that are not the ends of their files. */
const LANGUAGES: Record<string, string> = {
  js: "javascript",
  jsx: "javascriptreact",
  md: "markdown",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "shellscript",
  ts: "typescript",
  txt: "plaintext",
  tsx: "typescriptreact",
  h: "cpp",
  hpp: "cpp",
  cc: "cpp",
};

/** The protocol, from `initialize` to `exit`. */
export class Lsp implements Dialect {
  readonly conventions = "lsp";
  readonly methods: Methods = new Methods()
    .add(
      "workspace/configuration",
      (_call, { items }) => (items as unknown[]).map(() => null),
    )
    .add("workspace/workspaceFolders", () => this.#folders)
    .add("client/registerCapability", () => null)
    .add("client/unregisterCapability", () => null)
    .add("window/workDoneProgress/create", () => null)
    .add("window/showMessageRequest", () => null);
  readonly #files = new Map<string, { version: number; text: string }>();
  #folders: { uri: string; name: string }[] | null = null;
  #capabilities: Record<string, unknown> = {};
  #caller!: Caller;

  async begin(caller: Caller, limit: Limit): Promise<string> {
    this.#caller = caller;
    const uri = uriOf(Deno.cwd());
    this.#folders = [{ uri, name: uri.split("/").at(-1) ?? "" }];
    const answer = await caller.request("initialize", {
      processId: Deno.pid,
      clientInfo: { name: "jsonrpc inspect", version: config.version },
      rootUri: uri,
      workspaceFolders: this.#folders,
      capabilities: {
        textDocument: {
          hover: { contentFormat: ["plaintext", "markdown"] },
          documentSymbol: { hierarchicalDocumentSymbolSupport: true },
          publishDiagnostics: {},
        },
        window: { workDoneProgress: true },
        workspace: { configuration: true, workspaceFolders: true },
      },
    }, limit);
    const { serverInfo, capabilities } = recordOf(answer);
    this.#capabilities = recordOf(capabilities);
    await caller.notify("initialized", {});
    const { name, version } = recordOf(serverInfo);
    const who = `${textOf(name) ?? "The program"} ${textOf(version) ?? ""}`;
    return `${who.trim()} is a language server`;
  }

  entries(): Promise<Found> {
    const known = METHODS.filter(([needed]) => this.#capabilities[needed]);
    const entries = known.map(([, name, params]): Entry => ({
      name,
      params,
      byName: true,
      ask: (given, signal) => this.#ask(name, Object(given), signal),
      show: (result) => shown(name, result),
    }));
    return Promise.resolve({ entries, remark: "" });
  }

  /** Makes a request of what was typed: the file is shown to the server first. */
  async #ask(
    method: string,
    given: Params,
    signal: AbortSignal,
  ): Promise<Question> {
    const { file, line, column, ...rest } = given as Record<string, unknown>;
    if (typeof file !== "string") return { method, params: given };
    const position = line === undefined ? {} : {
      position: {
        line: indexOf(line, "line"),
        character: indexOf(column ?? 1, "column"),
      },
    };
    const uri = await this.#open(file, signal);
    const more = method === "textDocument/references"
      ? { context: { includeDeclaration: true } }
      : method === "textDocument/formatting"
      ? { options: { tabSize: 2, insertSpaces: true } }
      : {};
    return {
      method,
      params: { textDocument: { uri }, ...position, ...more, ...rest },
    };
  }

  /** Shows a file as it is now to the server, and returns its URI. */
  async #open(file: string, signal: AbortSignal): Promise<string> {
    const uri = uriOf(file);
    const text = await readSourceFile(file, signal);
    const known = this.#files.get(uri);
    if (known?.text === text) return uri;
    const version = (known?.version ?? 0) + 1;
    this.#files.set(uri, { version, text });
    if (known) {
      await this.#caller.notify("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
      return uri;
    }
    const end = file.split(".").at(-1) ?? "";
    await this.#caller.notify("textDocument/didOpen", {
      textDocument: { uri, languageId: LANGUAGES[end] ?? end, version, text },
    });
    return uri;
  }

  tell(method: string, params: unknown): string | undefined {
    return told(method, params);
  }

  async end(caller: Caller, timeout: number): Promise<void> {
    await caller.request("shutdown", undefined, { timeout });
    await caller.notify("exit");
  }
}

/** A place that people count from 1, as the protocol counts: from 0. */
function indexOf(place: unknown, name: string): number {
  const isPlace = typeof place === "number" && Number.isInteger(place) &&
    place >= 1 && place <= MAX_PLACE;
  if (isPlace) return place - 1;
  throw new TypeError(
    `${name} has to be a whole number from 1, not ${toJson(place)}`,
  );
}

/** The URI of a path, which may be relative, or one of Windows. */
function uriOf(path: string): string {
  const slashed = Deno.build.os === "windows"
    ? path.replaceAll("\\", "/")
    : path;
  const isWhole = /^(\/|[A-Za-z]:\/)/.test(slashed);
  if (!isWhole) return uriOf(`${Deno.cwd()}/${path}`);
  const parts: string[] = [];
  for (const part of slashed.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(encodeURIComponent(part));
  }
  return `file:///${parts.join("/")}`;
}
