// Copyright 2026 the Wirekit authors. MIT license.

/** Programs in this process: they do what the foreign ones do. */

import { parse, stringify } from "@wirekit/internal/json";
import { Client as HubClient, RouteError as HubRouteError } from "@wirekit/hub";
import { JsonRpcError, Methods, Peer } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import { connect as connectWsrpc } from "@wirekit/wsrpc/client";
import { RouteError } from "@wirekit/wsrpc";
import { type Information, type Program, Told } from "./_program.ts";

const never = () => new Promise(() => {});
const give = (data: unknown) => (data as { v: unknown }).v;
const text = (value: unknown) => stringify(value) ?? "null";

/** What such a program asks and tells with, under one name. */
interface Client extends AsyncDisposable {
  ask(to: string, route: string, data: unknown): Promise<unknown>;
  inform(data: unknown, to?: string): Promise<unknown>;
}

type Open = (name: string, tag: string, told: Told) => Promise<Client>;

/** A program that can be asked, and have more than one name. */
class Ours implements Program {
  readonly isExact: boolean;
  readonly #told: Told;
  readonly #client: Client;
  readonly #open: Open;

  private constructor(
    readonly kind: string,
    readonly name: string,
    open: Open,
    client: Client,
    told: Told,
  ) {
    this.isExact = kind !== "our JSON-RPC";
    this.#open = open;
    this.#client = client;
    this.#told = told;
  }

  static async start(kind: string, name: string, open: Open): Promise<Ours> {
    const told = new Told();
    return new Ours(kind, name, open, await open(name, name, told), told);
  }

  async ask(to: string, route: string, data: string): Promise<string> {
    return text(await this.#client.ask(to, route, parse(data)));
  }

  inform(data: string, to?: string): Promise<unknown> {
    return this.#client.inform(parse(data), to);
  }

  told(): Promise<Information> {
    return this.#told.next();
  }

  enter(name: string, tag: string): Promise<AsyncDisposable> {
    return this.#open(name, tag, new Told());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#client[Symbol.asyncDispose]());
  }
}

/** The client of the hub. */
export function ourWinerp(port: number, name: string): Promise<Program> {
  return Ours.start("our winerp", name, async (name, tag, told) => {
    const client = new HubClient(name, { url: `ws://127.0.0.1:${port}` });
    client.route("echo", (data) => data).route("never", never);
    client.route("give", give).route("who", () => tag);
    client.route("fail", () => {
      throw new HubRouteError("kaput");
    });
    client.addEventListener("information", ({ detail }) => {
      told.push(detail.source, detail.data);
    });
    const isOpen = client.connect({ timeout: Infinity });
    isOpen.catch(() => {}); // It may wait for its name until it is closed.
    const isOnHold = new Promise((resolve) =>
      client.addEventListener("hold", resolve)
    );
    await Promise.race([isOpen, isOnHold]);
    return {
      ask: (to, route, data) =>
        client.request(to, route, data as Record<string, unknown>),
      inform: (data, to) =>
        client.inform(data, to === undefined ? undefined : [to]),
      [Symbol.asyncDispose]: () => client.close(),
    };
  });
}

/** Our JSON-RPC peer. */
export function ourJsonRpc(port: number, name: string): Promise<Program> {
  return Ours.start("our JSON-RPC", name, async (name, tag, told) => {
    const methods = new Methods()
      .add("echo", (_call, data: unknown) => data)
      .add("give", (_call, data: unknown) => give(data))
      .add("who", () => tag)
      .add("never", never)
      .add("fail", () => {
        throw new JsonRpcError(7, "kaput");
      })
      .add("hub.information", (_call, { source, data }: Information) => {
        told.push(source, data);
      });
    const peer = new Peer(
      await connect(`ws://127.0.0.1:${port}/jsonrpc?name=${name}`),
      { methods },
    );
    return {
      ask: (to, route, data) =>
        peer.request(`${to}/${route}`, data as Record<string, unknown>),
      inform: (data, to) => peer.request("hub.inform", { data, to }),
      [Symbol.asyncDispose]: () => peer.close(),
    };
  });
}

/** Our wsrpc client. */
export function ourWsrpc(port: number, name: string): Promise<Program> {
  return Ours.start("our wsrpc", name, async (name, tag, told) => {
    const url = `ws://127.0.0.1:${port}/wsrpc/?name=${name}`;
    const client = await connectWsrpc(url, {
      reconnect: false,
      routes: {
        echo: (_peer, data) => data,
        give: (_peer, data) => give(data),
        who: () => tag,
        never,
        fail: () => {
          throw new RouteError("kaput");
        },
        hub: {
          information: (_peer, { source, data }) => told.push(source, data),
        },
      },
    });
    return {
      ask: (to, route, data) =>
        client.call(`${to}.${route}`, data as Record<string, unknown>),
      inform: (data, to) => client.call("hub.inform", { data, to }),
      [Symbol.asyncDispose]: () => client.close(),
    };
  });
}
