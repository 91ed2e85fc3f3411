// Copyright 2026 the Wirekit authors. MIT license.

/** Two hubs that are one do for winerp clients what one hub does. */

import type {
  Connected,
  ConnectOptions,
  Receiver,
} from "../exchange/participant.ts";
import { Router, type RouterOptions } from "../winerp/_router.ts";
import { testRouter } from "../winerp/testdata/router.ts";
import { MemoryEngine } from "./memory.ts";

/** Each client comes to the other router than the client before. */
class TwoRouters {
  readonly #queue: (() => void)[] = [];
  readonly #routers: readonly Router[];
  readonly #joined: string[] = [];
  #clients = 0;

  constructor(options: RouterOptions = {}) {
    const engine = new MemoryEngine({
      carry: (deliver) => void this.#queue.push(deliver),
    });
    const onName: RouterOptions["onName"] = (event, name) => {
      if (event === "join") this.#joined.push(name);
      if (event !== "leave") return;
      this.#joined.splice(this.#joined.indexOf(name), 1);
    };
    this.#routers = ["one", "two"].map((label) =>
      new Router({ ...options, onName, backplane: engine.node(label) })
    );
  }

  get names(): string[] {
    return [...this.#joined];
  }

  connect(receiver: Receiver, options?: ConnectOptions): Connected {
    const router = this.#routers[this.#clients++ % 2]!;
    const client = router.connect(receiver, options);
    const settled = <A extends unknown[]>(act: (...args: A) => void) => {
      return (...args: A) => {
        act(...args);
        this.#settle();
      };
    };
    return {
      get name() {
        return client.name;
      },
      get wantedName() {
        return client.wantedName;
      },
      get isHeld() {
        return client.isHeld;
      },
      receive: settled((message) => client.receive(message)),
      leave: settled((end) => client.leave(end)),
    };
  }

  tick(now: number): void {
    for (const router of this.#routers) router.tick(now);
    this.#settle();
  }

  #settle(): void {
    while (this.#queue.length > 0) this.#queue.shift()!();
  }
}

testRouter("Two routers that are one", TwoRouters);
