// Copyright 2026 the Wirekit authors. MIT license.

/** What the commands say when a port speaks something else. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { NewlineFramer } from "@wirekit/transport/framers";
import { listenTcp } from "@wirekit/transport/tcp";
import { ROOT } from "./_packages.ts";

Deno.test("A server that speaks TLS, HTTP or lines where another is expected is told as such", async (test) => {
  const pem = (name: string) => new URL(`transport/testdata/${name}`, ROOT);
  const tls = {
    cert: await Deno.readTextFile(pem("localhost.crt")),
    key: await Deno.readTextFile(pem("localhost.key")),
  };
  const ca = pem("ca.crt").pathname;
  const answer = () => new Response("Hello", { status: 426 });
  const web = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using http = Deno.serve(web, answer);
  await using https = Deno.serve({ ...web, ...tls }, answer);
  const framer = () => new NewlineFramer();
  await using lines = await listenTcp({ port: 0 }, framer);
  await using secureLines = await listenTcp({ port: 0, tls }, framer);
  const folder = await Deno.makeTempDir();
  const path = `${folder}/web.sock`;
  await using _unix = Deno.serve({ path, onListen() {} }, answer);
  const at = ({ addr }: { addr: Deno.Addr }) =>
    `127.0.0.1:${(addr as Deno.NetAddr).port}`;
  const noTls = "does not speak TLS on this port. Connect without it: ws: for";
  const silent = "before it was open. Does it speak TLS on this port?";
  const left = "the server closed the connection ";
  const cases: [url: string, said: string][] = [
    [`ws://${at(https)}`, "speaks TLS on this port. Connect by wss:"],
    [`ws://${at(secureLines)}`, "speaks TLS on this port. Connect by wss:"],
    [`tcp://${at(https)}`, "speaks TLS on this port. Connect by tls:"],
    [`tcp://${at(secureLines)}`, "speaks TLS on this port. Connect by tls:"],
    [`wss://${at(http)}`, noTls],
    [`wss://${at(lines)}`, silent],
    [`tls://${at(http)}`, noTls],
    [`tls://${at(lines)}`, silent],
    [`tcp://${at(http)}`, "speaks HTTP on this port. Connect by ws:"],
    [`tls://${at(https)}`, "speaks HTTP on this port. Connect by wss:"],
    [`unix:${path}`, "the server speaks HTTP"],
    [`ws://${at(lines)}`, left],
    [`wss://${at(secureLines)}`, left],
  ];
  for (const name of ["hub", "jsonrpc", "wsrpc"]) {
    for (const [url, said] of cases) {
      const call = name === "hub" ? ["ping", "--url", url] : ["call", url, "m"];
      await test.step(`${name} of ${url.split(":")[0]}: that ${said}`, async () => {
        const output = await new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", `${name}/cli.ts`, ...call, "--ca", ca],
          cwd: ROOT,
          env: { NO_COLOR: "1" },
        }).output();
        const err = new TextDecoder().decode(output.stderr);
        assertEquals(output.code, 3, err);
        assertStringIncludes(err, said);
        assertStringIncludes(err, url.replace(/^\w+:\/*/, ""));
      });
    }
  }
  await Deno.remove(folder, { recursive: true });
});
