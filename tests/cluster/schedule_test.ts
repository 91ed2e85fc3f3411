// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Hubs, servers and clients are killed and frozen at random, under requests
 * between all of them: each request ends once, in an answer or an error, in time.
 */

import { assert } from "@std/assert";
import { installPython } from "../_python.ts";
import { randomFrom } from "../../hub/winerp/testdata/model.ts";
import { type WinerpClient, WinerpProcess } from "../interop/winerp/_peer.ts";
import type { ClientProcess } from "./_client_process.ts";
import { Ledger } from "./_ledger.ts";
import { Namespace, whyNoNamespaces } from "./_namespace.ts";
import { type Node, startNodes } from "./_nodes.ts";
import { record, say } from "./_record.ts";
import { Engine, type NatsServer } from "./_servers.ts";

/** Short, so that nodes lose their names within a test. */
const LEASE = 3_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Something that happens to a hub, a server or a client, and is over when it resolves. */
type Fault = (pick: () => number) => Promise<string>;

function freeze(
  what: () => Pick<Node | NatsServer | ClientProcess, "signal">,
  name: string,
): Fault {
  return async (random) => {
    const ms = Math.round(300 + 4_500 * random());
    what().signal("SIGSTOP");
    await sleep(ms);
    what().signal("SIGCONT");
    return `${name} frozen for ${ms} ms`;
  };
}

function killNode(node: Node, name: string): Fault {
  return async (random) => {
    const ms = Math.round(2_000 * random());
    await node.end("SIGKILL");
    await sleep(ms);
    await node.start();
    return `${name} killed, back after ${ms} ms`;
  };
}

function killServer(server: NatsServer, name: string): Fault {
  return async (random) => {
    const ms = Math.round(2_000 * random());
    await server.kill();
    await sleep(ms);
    await server.start();
    return `${name} killed, back after ${ms} ms`;
  };
}

function cutLink(namespace: Namespace): Fault {
  return async (random) => {
    // Shorter than the lease, and longer.
    const ms = Math.round(500 + 6_000 * random());
    await namespace.cut();
    await sleep(ms);
    await namespace.join();
    return `the link of node 3 to the server cut for ${ms} ms`;
  };
}

async function schedule(
  servers: number,
  seconds: number,
  namespace?: Namespace,
): Promise<void> {
  const seed = Number(Deno.env.get("SEED")) ||
    crypto.getRandomValues(new Uint32Array(1))[0]!;
  say(`  SEED=${seed}`);
  const random = randomFrom(seed);
  const python = new URL("../interop/winerp/", import.meta.url);
  await installPython(python);

  const addresses = namespace ? ["--addr", "0.0.0.0"] : [];
  await using engine = await Engine.start(servers, addresses);
  await using started = await startNodes(engine, 3, LEASE, namespace);
  const { nodes } = started;
  await using ledger = new Ledger();
  // A stock client answers, and is frozen and killed as well.
  let stock = new WinerpProcess();
  await using _stock = { [Symbol.asyncDispose]: () => stock.kill() };
  const enter = async () => {
    const client = await stock.client("stock", { port: nodes[1]!.port });
    await client.route("echo", "echo_once");
    return client;
  };
  let stockClient: WinerpClient | undefined = await enter();
  /**
   * Fails if the stock client was asked one question twice by the hubs. When its
   * connection breaks, winerp itself takes the last message once more.
   */
  const checkStock = async () => {
    const again = await stockClient?.ran("echo again") ?? 0;
    const breaks = stock.takeEvents("disconnect").length;
    assert(again <= breaks, `${again} twice, ${breaks} disconnects`);
  };

  for (const [i, { url }] of nodes.entries()) {
    await ledger.answers(`bot${i + 1}`, url);
  }
  const targets = [...nodes.keys()].map((i) => `bot${i + 1}`).concat("stock");
  // One of ours as well: it asks and answers until it is killed.
  const url = nodes[0]!.url;
  const join = () => ledger.process("own", url, ["bot2", "bot3", "stock"]);
  let own = join();
  targets.push("own");
  for (const [i, { url }] of nodes.entries()) {
    await ledger.asks(`asker${i + 1}`, url, targets);
  }

  const faults: Fault[] = [
    ...nodes.flatMap((node, i) => [
      freeze(() => node, `node ${i + 1}`),
      killNode(node, `node ${i + 1}`),
    ]),
    ...engine.servers.flatMap((server, i) => [
      freeze(() => server, `server ${i + 1}`),
      killServer(server, `server ${i + 1}`),
    ]),
    // As likely as all others.
    ...namespace ? Array(8).fill(cutLink(namespace)) : [],
  ];
  const clientFaults: Fault[] = [
    async () => {
      await checkStock();
      await stock.kill();
      stock = new WinerpProcess();
      // Its hub may be away just now: a stock client does not try again.
      stockClient = await enter().catch(() => undefined);
      return "stock client killed";
    },
    freeze(
      () => ({
        signal: (name) => name === "SIGSTOP" ? stock.pause() : stock.resume(),
      }),
      "stock client",
    ),
    async () => {
      await own.kill();
      own = join();
      return "client killed";
    },
    freeze(() => own, "client"),
  ];
  const end = performance.now() + seconds * 1_000;
  const afflict = async (faults: Fault[], random: () => number) => {
    while (performance.now() < end) {
      const fault = faults[Math.floor(random() * faults.length)]!;
      say(`  ${await fault(random)}`);
      await sleep(1_500 * random());
    }
  };
  await Promise.all([
    afflict(faults, random),
    afflict(clientFaults, randomFrom(seed + 1)),
  ]);

  // All heals by itself.
  const start = performance.now();
  await Promise.all(nodes.map(async (node) => {
    await using probe = new Ledger();
    await probe.asks(`probe of ${node.port}`, node.url, [
      "bot1",
      "bot2",
      "bot3",
    ]);
    for (let tries = 0; tries < 150; tries++) {
      await sleep(200);
      const pairs = ["bot1", "bot2", "bot3"].map((bot) =>
        probe.gap(`probe of ${node.port} → ${bot}`)
      );
      if (pairs.every((gap) => gap < Infinity)) break;
    }
    await probe.stop();
    const { answered = 0 } = probe.outcomes;
    assert(answered > 0, `${node.text}`);
    for (const bot of ["bot1", "bot2", "bot3"]) {
      assert(
        probe.gap(`probe of ${node.port} → ${bot}`) < Infinity,
        `${bot} does not answer: ${JSON.stringify(probe.outcomes)}`,
      );
    }
  }));
  record("All answer again after the last fault", [performance.now() - start]);
  await checkStock();
  await ledger.stop();
  ledger.check();
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "Every request ends once while hubs and their server are killed and frozen",
  options,
  async () => {
    await schedule(1, 18);
  },
);

Deno.test(
  "Every request ends once while hubs and three servers are killed and frozen",
  options,
  async () => {
    await schedule(3, 24);
  },
);

const NAME =
  "Every request ends once while a link between network namespaces is cut, and hubs and their server are killed and frozen";

Deno.test(NAME, options, async () => {
  const reason = await whyNoNamespaces();
  if (reason !== undefined) return say(`  NOT RUN HERE: ${reason}`);
  await using namespace = await Namespace.make();
  await schedule(1, 25, namespace);
});
