// Copyright 2026 the Wirekit authors. MIT license.

/** A client of winerp. */

import type { Transport } from "@wirekit/transport/transport";
import { type Ended, membersOf, nameOf, resultOf, Wire } from "./speaker.ts";

/** Speaks winerp. */
export class Winerp extends Wire {
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
      this.answer([uuid, destination, route, data]);
    }
  }

  protected strayId(number: number): string {
    return `"stray ${number}"`;
  }

  protected reply(
    uuid: string,
    destination: string,
    route: string,
    data: string,
  ): void {
    const result = resultOf(route, data);
    const error = route === "fail" ? '"kaput"' : '"Route not found"';
    const [type, text] = result === undefined ? ["4", error] : ["3", result];
    this.#say({ type, uuid, destination, data: text });
  }
}
