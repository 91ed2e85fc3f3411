// Copyright 2026 the Wirekit authors. MIT license.

/** An AI assistant: the client of the official SDK. It asks and cannot be asked. */

import type { Ended, Speaker } from "./_speakers.ts";
import { Queue } from "./_speakers.ts";

const SDK = "npm:@modelcontextprotocol/sdk@1.32.2/client";

// Loaded before any test measures time.
const { Client } = await import(`${SDK}/index.js`);
const { StreamableHTTPClientTransport } = await import(
  `${SDK}/streamableHttp.js`
);

/** A client of the SDK, as far as it is used here. */
interface Sdk {
  callTool(
    call: { name: string; arguments: unknown },
  ): Promise<{ content: { text: string }[]; isError?: boolean }>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  close(): Promise<void>;
}

/** An assistant. */
export class Assistant implements Speaker {
  readonly protocol = "MCP";
  readonly asked: [string, string, string][] = [];
  readonly told = new Queue<[string, string]>();
  readonly ready: Promise<void> = Promise.resolve();
  readonly strays = 0;
  isTwice = false;
  readonly name: string;
  readonly #sdk: Sdk;
  readonly #ending: AbortController;
  readonly #end: () => void;

  private constructor(
    name: string,
    sdk: Sdk,
    ending: AbortController,
    end: () => void,
  ) {
    this.name = name;
    this.#sdk = sdk;
    this.#ending = ending;
    this.#end = end;
  }

  /** Connects one, by the network or by what sends its requests. */
  static async connect(
    url: string,
    name: string,
    send?: typeof fetch,
  ): Promise<Assistant> {
    // Clients that share connections would share their ends.
    const client = send ? undefined : Deno.createHttpClient({});
    const ending = new AbortController();
    const transport = new StreamableHTTPClientTransport(
      new URL(`${url.replace(/^ws/, "http")}/mcp`),
      {
        fetch: send ??
          ((input: string, init: RequestInit) =>
            fetch(input, { ...init, ...(client && { client }) })),
      },
    );
    const sdk = new Client({ name, version: "1.0.0" });
    await sdk.connect(transport);
    return new Assistant(name, sdk, ending, () => client?.close());
  }

  /** The names of all tools. */
  async tools(): Promise<string[]> {
    const { tools } = await this.#sdk.listTools();
    return tools.map(({ name }) => name);
  }

  async ask(to: string, route: string, data: string): Promise<Ended> {
    const name = `${encodeURIComponent(to)}/${encodeURIComponent(route)}`;
    const call = { name, arguments: JSON.parse(data) };
    try {
      const { content, isError } = await this.#sdk.callTool(call);
      const { text } = content[0]!;
      return isError ? { message: text } : { data: text };
    } catch (error) {
      // The connection broke, or the assistant left.
      return { message: String(error) };
    }
  }

  inform(): Promise<void> {
    throw new Error("Assistants may not tell anybody here");
  }

  stray(): void {
    throw new Error("Assistants are not asked");
  }

  async leave(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    await this.#sdk.close();
    this.#end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }
}
