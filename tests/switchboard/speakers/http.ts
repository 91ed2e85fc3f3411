// Copyright 2026 the Wirekit authors. MIT license.

/** A client over HTTP. */

import { settled } from "@wirekit/internal/clock";
import {
  type Ended,
  membersOf,
  nameOf,
  Queue,
  resultOf,
  type Speaker,
} from "./speaker.ts";

/** A program that posts, and reads server-sent events. */
export class Http implements Speaker {
  readonly protocol = "HTTP";
  readonly strays = 0;
  readonly asked: [string, string, string][] = [];
  readonly told = new Queue<[string, string]>();
  readonly ready: Promise<void>;
  readonly send: typeof fetch;
  readonly #client: Deno.HttpClient | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #url: string;
  readonly #ending = new AbortController();
  readonly #done: Promise<void>;
  #key = "";

  constructor(
    url: string,
    readonly name: string,
    send?: typeof fetch,
  ) {
    // Clients that share connections would share their ends.
    const client = this.#client = send ? undefined : Deno.createHttpClient({});
    this.send = send ??
      ((input, init) => fetch(input, { ...init, ...(client && { client }) }));
    this.#url = url.replace(/^ws/, "http");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    promise.catch(() => {});
    this.#done = this.#read(resolve).catch(reject);
  }

  async #read(ready: () => void): Promise<void> {
    const { signal } = this.#ending;
    const name = encodeURIComponent(this.name);
    let response: Response;
    for (;;) {
      response = await this.send(`${this.#url}/events?name=${name}`, {
        signal,
      });
      if (response.status !== 409) break;
      // Over HTTP, nobody waits for a name: one tries again.
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const reader = this.#reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      for (;;) {
        const at = rest.indexOf("\n\n");
        if (at < 0) break;
        const found = /^event: (\w+)\ndata: ([^\n]*)$/.exec(rest.slice(0, at));
        rest = rest.slice(at + 2);
        if (!found) continue;
        const data = membersOf(found[2]!);
        if (found[1] === "ready") {
          this.#key = nameOf(data.get("key"));
          ready();
        } else if (found[1] === "information") {
          this.told.push([nameOf(data.get("source")), data.get("data")!]);
        } else if (found[1] === "request") this.#answer(data).catch(() => {});
      }
    }
  }

  async #answer(request: Map<string, string>): Promise<void> {
    const route = nameOf(request.get("route"));
    const data = request.get("data")!;
    this.asked.push([nameOf(request.get("source")), route, data]);
    if (route === "never") return;
    const id = nameOf(request.get("id"));
    await Promise.all(
      Array.from(
        { length: this.isTwice ? 2 : 1 },
        () => this.#reply(id, route, data),
      ),
    );
    this.#last = id;
  }

  async #reply(id: string, route: string, data: string): Promise<void> {
    const error = '{"code":-32601,"message":"Route not found"}';
    const result = resultOf(route, data);
    if (result !== undefined) await this.#post(`/answer/${id}`, result);
    else {
      const text = route === "fail" ? '"kaput"' : error;
      await this.#post(`/answer/${id}?error`, text);
    }
  }

  isTwice = false;
  /** What was answered last: posts that overlap arrive in any order. */
  #last = "";

  stray(number: number): void {
    const [key] = this.#last.split(".");
    for (const id of [`${key}.${1_000_000 + number}`, this.#last]) {
      this.#reply(id, "echo", `{"n":${number}}`).catch(() => {});
    }
  }

  async #post(path: string, body: string): Promise<Ended> {
    const response = await this.send(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await response.text();
    return response.ok
      ? { data: text }
      : { ...errorOf(text), status: response.status };
  }

  ask(to: string, route: string, data: string): Promise<Ended> {
    const path = `${encodeURIComponent(to)}/${encodeURIComponent(route)}`;
    return this.#post(`/call/${path}?as=${this.#key}`, data);
  }

  async inform(data: string, to?: string): Promise<void> {
    const path = to === undefined ? "" : `/${encodeURIComponent(to)}`;
    await this.#post(`/inform${path}?as=${this.#key}`, data);
  }

  async leave(): Promise<void> {
    if (this.#ending.signal.aborted) return;
    // A signal of Deno's fetch() is sometimes lost once there is a response.
    await this.#reader?.cancel().catch(() => {});
    this.#ending.abort();
    await settled(this.#done, 1_000);
    this.#client?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

/** The error of a response: its data is no result. */
function errorOf(text: string): Ended {
  const { code, message } = JSON.parse(text).error;
  return { code, message };
}
