// Copyright 2026 the Wirekit authors. MIT license.

/** A program without a name, that posts: it asks and cannot be asked. */

import { type Ended, membersOf, Queue, type Speaker } from "./speaker.ts";

/** Posts to `/call`, or to `/jsonrpc`. */
export class Post implements Speaker {
  readonly protocol = "HTTP";
  readonly strays = 0;
  readonly asked: [string, string, string][] = [];
  readonly told = new Queue<[string, string]>();
  readonly ready: Promise<void> = Promise.resolve();
  isTwice = false;
  readonly #url: string;
  readonly #path: "/call" | "/jsonrpc";
  // Clients that share connections would share their ends.
  readonly #client = Deno.createHttpClient({});
  readonly #ending = new AbortController();
  #isOver = false;

  constructor(url: string, readonly name: string, path: "/call" | "/jsonrpc") {
    this.#url = url.replace(/^ws/, "http");
    this.#path = path;
  }

  async #post(path: string, body: string): Promise<string> {
    const response = await fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      client: this.#client,
      signal: this.#ending.signal,
    });
    return await response.text();
  }

  async ask(to: string, route: string, data: string): Promise<Ended> {
    const method = `${encodeURIComponent(to)}/${encodeURIComponent(route)}`;
    const isCall = this.#path === "/call";
    try {
      const text = isCall
        ? await this.#post(`/call/${method}`, data)
        : await this.#post(
          "/jsonrpc",
          `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${data}}`,
        );
      const members = text[0] === "{" ? membersOf(text) : new Map();
      const error = members.get("error");
      if (error === undefined) {
        return { data: isCall ? text : members.get("result")! };
      }
      const { code, message } = JSON.parse(error);
      return { code, message };
    } catch (error) {
      // The connection broke, or it left.
      return { message: String(error) };
    }
  }

  inform(): Promise<void> {
    throw new Error("It only asks");
  }

  stray(): void {
    throw new Error("It is not asked");
  }

  leave(): Promise<void> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#ending.abort();
      this.#client.close();
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }
}
