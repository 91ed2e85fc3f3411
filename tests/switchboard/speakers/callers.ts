// Copyright 2026 the Wirekit authors. MIT license.

/** Clients of JSON-RPC and of wsrpc, which are much alike. */

import type { Transport } from "@wirekit/transport/transport";
import { type Ended, membersOf, nameOf, resultOf, Wire } from "./speaker.ts";

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
  /** Writes an answer. */
  protected abstract answered(id: string, route: string, data: string): string;

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
    this.answer([id, source, route, data]);
  }

  /** Odd, as those of questions by wsrpc. */
  protected strayId(number: number): string {
    return `${1_000_001 + 2 * number}`;
  }

  protected reply(id: string, _: string, route: string, data: string): void {
    this.send(this.answered(id, route, data));
  }
}

/** Speaks JSON-RPC. */
export class JsonRpc extends Caller {
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

  protected answered(id: string, route: string, data: string): string {
    const result = resultOf(route, data);
    const answer = result !== undefined
      ? `"result":${result}`
      : route === "fail"
      ? '"error":{"code":7,"message":"kaput"}'
      : '"error":{"code":-32601,"message":"Route not found"}';
    return `{"jsonrpc":"2.0","id":${id},${answer}}`;
  }
}

/** Speaks wsrpc. */
export class Wsrpc extends Caller {
  readonly protocol = "wsrpc";

  protected write(method: string, params: string): [string, string] {
    const id = `${2 * ++this.number}`;
    return [id, `{"id": ${id}, "method": ${method}, "params": ${params}}`];
  }

  ask(to: string, route: string, data: string): Promise<Ended> {
    return this.call(`${encodeURIComponent(to)}.${route}`, data);
  }

  protected answered(id: string, route: string, data: string): string {
    const result = resultOf(route, data);
    const answer = result !== undefined
      ? `"result": ${result}`
      : route === "fail"
      ? '"error": {"type": "ValueError", "message": "kaput"}'
      : '"error": "Route not found", "result": null';
    return `{${answer}, "id": ${id}}`;
  }
}
