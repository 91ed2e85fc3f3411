// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One client of each protocol that the hub's doors speak, written on the bare
 * carrier: it sees the very texts. Each echoes `echo`, fails `fail`, keeps
 * `never` waiting and knows no other route.
 */

import { settled } from "@wirekit/internal/clock";
import { JsonSlice } from "@wirekit/hub";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";

/** How a call ended, as its caller has it. */
export interface Ended {
  /** The text of the result. */
  data?: string;
  code?: number;
  message?: string;
  status?: number;
}

/** A client. */
export interface Speaker extends AsyncDisposable {
  readonly protocol: string;
  readonly name: string;
  /** What it was asked: who asks, the route, the text of the data. */
  readonly asked: [source: string, route: string, data: string][];
  /** What it was told. */
  readonly told: Queue<[source: string, data: string]>;
  /** Gets the name: true, once it has it. */
  readonly ready: Promise<void>;
  ask(to: string, route: string, data: string): Promise<Ended>;
  inform(data: string, to?: string): Promise<void>;
  leave(): Promise<void>;
  /** How many answers it got twice, or without a call. */
  readonly strays: number;
}

/** Waits for what comes. */
export class Queue<T> {
  readonly #values: T[] = [];
  #wake = () => {};

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  get size(): number {
    return this.#values.length;
  }

  async next(): Promise<T> {
    while (this.#values.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#values.shift()!;
  }
}

const encoder = new TextEncoder();

function membersOf(text: string): Map<string, string> {
  return new Map(
    Array.from(
      JsonSlice.of(encoder.encode(text)).members(),
      ([name, { text }]) => [name, text],
    ),
  );
}

/** What stands for a source that has no name. */
const nameOf = (json: string | undefined) => String(JSON.parse(json ?? "null"));

abstract class Wire implements Speaker {
  abstract readonly protocol: string;
  readonly asked: [string, string, string][] = [];
  readonly told = new Queue<[string, string]>();
  readonly #ready = Promise.withResolvers<void>();
  protected readonly calls = new Map<string, (ended: Ended) => void>();
  protected number = 0;
  protected readonly transport: Transport;

  constructor(transport: Transport, readonly name: string) {
    this.transport = transport;
    this.#ready.promise.catch(() => {});
    void this.#read();
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  protected isReady(): void {
    this.#ready.resolve();
  }

  async #read(): Promise<void> {
    try {
      for await (const text of this.transport) this.receive(text);
    } catch {
      // It was disconnected.
    }
    for (const end of this.calls.values()) end({ message: "disconnected" });
    this.#ready.reject(new Error("disconnected"));
  }

  protected open(id: string): Promise<Ended> {
    return new Promise((resolve) => this.calls.set(id, resolve));
  }

  /** How many answers came for which there was no call any more. */
  strays = 0;

  protected end(id: string, ended: Ended): void {
    const end = this.calls.get(id);
    if (end) end(ended);
    else this.strays++;
    this.calls.delete(id);
  }

  protected abstract receive(text: string): void;
  abstract ask(to: string, route: string, data: string): Promise<Ended>;
  abstract inform(data: string, to?: string): Promise<void>;

  leave(): Promise<void> {
    return this.transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

class Winerp extends Wire {
  readonly protocol = "winerp";

  constructor(transport: Transport, name: string) {
    super(transport, name);
    this.#say({ type: "1", uuid: '"v"' });
  }

  #say(members: Record<string, string>): void {
    const all = { id: JSON.stringify(this.name), ...members };
    const text = Object.entries(all).map(([name, value]) =>
      `"${name}":${value}`
    );
    this.transport.send(`{${text.join(",")}}`).catch(() => {});
  }

  ask(to: string, route: string, data: string): Promise<Ended> {
    const uuid = `"u${++this.number}"`;
    const ended = this.open(uuid);
    this.#say({
      type: "2",
      uuid,
      destination: JSON.stringify(to),
      route: JSON.stringify(route),
      data,
    });
    return ended;
  }

  inform(data: string, to?: string): Promise<void> {
    const route = to === undefined ? "[]" : JSON.stringify([to]);
    this.#say({ type: "6", route, data });
    return Promise.resolve();
  }

  protected receive(text: string): void {
    const message = membersOf(text);
    const type = Number(message.get("type"));
    const uuid = message.get("uuid") ?? "null";
    const data = message.get("data") ?? "null";
    if (type === 0) this.isReady();
    else if (type === 3) this.end(uuid, { data });
    else if (type === 4) this.end(uuid, { message: nameOf(data) });
    else if (type === 6) this.told.push([nameOf(message.get("id")), data]);
    else if (type === 2) {
      const destination = message.get("destination") ?? "null";
      const route = nameOf(message.get("route"));
      this.asked.push([nameOf(destination), route, data]);
      if (route === "echo") {
        this.#say({ type: "3", uuid, destination, data });
      } else if (route === "fail") {
        this.#say({ type: "4", uuid, destination, data: '"kaput"' });
      } else if (route !== "never") {
        this.#say({ type: "4", uuid, destination, data: '"Route not found"' });
      }
    }
  }
}

/** A client that takes its name by a call, as JSON-RPC and wsrpc do. */
abstract class Caller extends Wire {
  constructor(transport: Transport, name: string) {
    super(transport, name);
    const params = JSON.stringify({ name, source: "__source__" });
    this.call("hub.join", params).then(({ data, message }) => {
      if (message !== undefined) return;
      if (!JSON.parse(data!).hold) this.isReady();
    });
  }

  /** Returns a new id, and a call with it. */
  protected abstract write(method: string, params: string): [string, string];
  protected abstract answer(
    id: string,
    route: string,
    data: string,
  ): string;

  protected call(method: string, params: string): Promise<Ended> {
    const [id, text] = this.write(JSON.stringify(method), params);
    const ended = this.open(id);
    this.send(text);
    return ended;
  }

  protected send(text: string): void {
    this.transport.send(text).catch(() => {});
  }

  async inform(data: string, to?: string): Promise<void> {
    const names = to === undefined ? "" : `,"to":[${JSON.stringify(to)}]`;
    await this.call("hub.inform", `{"data":${data}${names}}`);
  }

  protected receive(text: string): void {
    const message = membersOf(text);
    const id = message.get("id");
    const method = message.get("method");
    const params = message.get("params") ?? "null";
    if (method === '"hub.ready"') this.isReady();
    else if (method === '"hub.information"') {
      const { source, data } = Object.fromEntries(membersOf(params));
      this.told.push([nameOf(source), data!]);
      if (id !== undefined) this.send(`{"result": null, "id": ${id}}`);
    } else if (id === undefined) return;
    else if (method === undefined) {
      const error = message.get("error");
      const data = message.get("result")!;
      this.end(id, error === undefined ? { data } : JSON.parse(error));
    } else this.#asked(id, nameOf(method), params);
  }

  #asked(id: string, route: string, params: string): void {
    let source = "null";
    let data = params;
    if (params[0] === "{") {
      const found = /,?"__source__":("[^"]*"|null)\}$/.exec(params)!;
      source = found[1]!;
      data = `${params.slice(0, found.index)}}`;
    }
    // The hub asks once for what it could announce.
    if (route !== "rpc.discover") {
      this.asked.push([nameOf(source), route, data]);
    }
    if (route === "never") return;
    this.send(this.answer(id, route, data));
  }
}

class JsonRpc extends Caller {
  readonly protocol = "JSON-RPC";

  protected write(method: string, params: string): [string, string] {
    const id = `${++this.number}`;
    return [
      id,
      `{"jsonrpc":"2.0","id":${id},"method":${method},"params":${params}}`,
    ];
  }

  ask(to: string, route: string, data: string): Promise<Ended> {
    return data[0] === "{" || data[0] === "["
      ? this.call(`${encodeURIComponent(to)}/${route}`, data)
      : this.call(
        "hub.request",
        `{"to":${JSON.stringify(to)},"route":${
          JSON.stringify(route)
        },"data":${data}}`,
      );
  }

  protected answer(id: string, route: string, data: string): string {
    const answer = route === "echo"
      ? `"result":${data}`
      : route === "fail"
      ? '"error":{"code":7,"message":"kaput"}'
      : '"error":{"code":-32601,"message":"Route not found"}';
    return `{"jsonrpc":"2.0","id":${id},${answer}}`;
  }
}

class Wsrpc extends Caller {
  readonly protocol = "wsrpc";

  protected write(method: string, params: string): [string, string] {
    const id = `${2 * ++this.number}`;
    return [id, `{"id": ${id}, "method": ${method}, "params": ${params}}`];
  }

  ask(to: string, route: string, data: string): Promise<Ended> {
    return this.call(`${encodeURIComponent(to)}.${route}`, data);
  }

  protected answer(id: string, route: string, data: string): string {
    const answer = route === "echo"
      ? `"result": ${data}`
      : route === "fail"
      ? '"error": {"type": "ValueError", "message": "kaput"}'
      : '"error": "Route not found", "result": null';
    return `{${answer}, "id": ${id}}`;
  }
}

/** A program that posts, and reads server-sent events. */
class Http implements Speaker {
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
        const found = /^event: (\w+)\ndata: (.*)$/.exec(rest.slice(0, at));
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
    const id = nameOf(request.get("id"));
    if (route === "echo") await this.#post(`/answer/${id}`, data);
    else if (route === "fail") {
      await this.#post(`/answer/${id}?error`, '"kaput"');
    } else if (route !== "never") {
      const error = '{"code":-32601,"message":"Route not found"}';
      await this.#post(`/answer/${id}?error`, error);
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
      : { ...JSON.parse(text).error, status: response.status };
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

/** Makes a client on a transport, or on what sends its requests. */
export function speakOn(
  protocol: "winerp" | "JSON-RPC" | "wsrpc",
  transport: Transport,
  name: string,
): Speaker {
  if (protocol === "winerp") return new Winerp(transport, name);
  if (protocol === "wsrpc") return new Wsrpc(transport, name);
  return new JsonRpc(transport, name);
}

/** Makes a client whose requests go where they are sent. */
export function speakHttp(name: string, send: typeof fetch): Speaker {
  return new Http("http://127.0.0.1", name, send);
}

/** What makes a client of each protocol, by its name in the tests. */
export const SPEAKERS: Record<
  string,
  (urls: readonly string[], name: string) => Promise<Speaker>
> = {
  winerp: async ([url], name) => new Winerp(await connect(url!), name),
  "JSON-RPC": async ([url], name) =>
    new JsonRpc(await connect(`${url}/jsonrpc`), name),
  "JSON-RPC over TCP": async (urls, name) =>
    new JsonRpc(
      await connect(urls.find((url) => url.startsWith("tcp:"))!),
      name,
    ),
  wsrpc: async ([url], name) => new Wsrpc(await connect(`${url}/wsrpc/`), name),
  HTTP: ([url], name) => Promise.resolve(new Http(url!, name)),
};
