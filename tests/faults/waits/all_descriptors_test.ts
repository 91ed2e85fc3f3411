// Copyright 2026 the Wirekit authors. MIT license.

/** What a server does that has no file descriptors left, and then some again. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";

const LIMIT = 100;
const CONNECTIONS = 300;
const ROUNDS = 5;

const CA = Deno.readTextFileSync(
  new URL("../../../transport/testdata/ca.crt", import.meta.url),
);

function start(folder: string, encrypted: boolean): Program {
  const script = `ulimit -n ${LIMIT} && exec "$@"`;
  const url = new URL("../programs/descriptors.ts", import.meta.url);
  return new Program("sh", {
    args: ["-c", script, "sh", Deno.execPath(), "run", "-A", url.pathname]
      .concat(folder, encrypted ? ["tls"] : []),
    cwd: ROOT,
  });
}

/** Opens a connection that says nothing, if the system takes one more. */
async function open(url: string): Promise<Deno.Conn | undefined> {
  const connecting: Promise<Deno.Conn> = url.startsWith("unix:")
    ? Deno.connect({ transport: "unix", path: url.slice(5) })
    : Deno.connect({ hostname: "localhost", port: Number(new URL(url).port) });
  try {
    return await deadline(connecting, 1_000);
  } catch {
    connecting.then((conn) => conn.close(), () => {});
    return undefined;
  }
}

/** Whether a client is answered, tried again for some time. */
async function isServed(url: string): Promise<boolean> {
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    try {
      const client = await connect(url, {
        connectTimeout: 2_000,
        tls: { ca: CA },
      }) as Transport;
      await client.send("hello");
      const answer = client[Symbol.asyncIterator]().next();
      const { value } = await deadline(answer, 2_000).finally(() =>
        client.close()
      );
      if (value === "hello") return true;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  return false;
}

for (const encrypted of [false, true]) {
  Deno.test({
    name: `serve() accepts again when there are descriptors again${
      encrypted ? ", encrypted" : ""
    }`,
    ignore: Deno.build.os === "windows",
    // Connections that are refused late end after the test.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir();
      await using program = start(folder, encrypted);
      await program.says(/ready/);
      assert(
        /warn maxConnections is 10000, but .* 100 open/.test(program.text),
      );
      const urls = [...program.text.matchAll(/listens on (\S+) \./g)]
        .map(([, url]) => url!);
      assertEquals(urls.length, 3);
      // What Deno itself loads when TLS is first used, it does not do without.
      for (const url of urls) assert(await isServed(url));
      for (const url of urls) {
        for (let round = 0; round < ROUNDS; round++) {
          const conns = await Promise.all(
            Array.from({ length: CONNECTIONS }, () => open(url)),
          );
          await new Promise((done) => setTimeout(done, 500));
          for (const conn of conns) conn?.close();
          assert(await isServed(url), `${url} ${round}\n${program.text}`);
        }
      }
      // Once an episode: no line for each attempt, and it ends again.
      const warnings = program.text.match(/^warn Cannot accept/gm)?.length ?? 0;
      assert(warnings > 0, program.text);
      assertLess(warnings, 3 * urls.length * ROUNDS);
    },
  });
}

for (const name of ["hub", "jsonrpc", "switchboard", "wsrpc"]) {
  Deno.test({
    name: `${name} serve says that there are few descriptors`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const script = `ulimit -n ${LIMIT} && exec "$@"`;
      const file = name === "jsonrpc"
        ? [new URL("../programs/methods.ts", import.meta.url).pathname]
        : [];
      await using program = new Program("sh", {
        args: ["-c", script, "sh", Deno.execPath(), "run", "-A"]
          .concat(`${name}/cli.ts`, "serve", ...file, "--port", "0"),
        cwd: ROOT,
      });
      await program.says(/no more than 100 open files/);
    },
  });
}
