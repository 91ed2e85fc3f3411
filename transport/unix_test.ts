// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { NewlineFramer } from "./stream/newline_framer.ts";
import { connectUnix, listenUnix } from "./unix.ts";

const framer = () => new NewlineFramer();

async function temporary() {
  const directory = await Deno.makeTempDir();
  return {
    path: `${directory}/test.sock`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test("listenUnix() lets only its user connect, and removes its file", async () => {
  await using directory = await temporary();
  const { path } = directory;
  const listener = await listenUnix({ path }, framer);
  const { mode } = await Deno.stat(path);
  assertEquals(mode! & 0o777, 0o600);
  await listener.close();
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("listenUnix() takes over the socket of a dead listener only", async () => {
  await using directory = await temporary();
  const { path } = directory;
  const child = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
       Deno.kill(Deno.pid, "SIGKILL");`,
    ],
  }).output();
  assertEquals(child.signal, "SIGKILL");
  assert((await Deno.lstat(path)).isSocket);

  await using listener = await listenUnix({ path }, framer);
  await assertRejects(
    () => listenUnix({ path }, framer),
    Deno.errors.AddrInUse,
    `Cannot listen on ${path}: this program listens there already`,
  );
  await using client = await connectUnix({ path }, framer());
  // The second listenUnix() knocked before the client.
  let knocks = 0;
  for await (const server of listener) {
    server.send("hello");
    await server.close();
    if (++knocks === 2) break;
  }
  assertEquals(await Array.fromAsync(client), ["hello"]);
});

Deno.test("listenUnix() replaces no file that is no socket", async () => {
  await using directory = await temporary();
  const { path } = directory;
  await Deno.writeTextFile(path, "precious");
  await assertRejects(
    () => listenUnix({ path }, framer),
    Deno.errors.AddrInUse,
    `Cannot listen on ${path}: it is not a socket`,
  );
  assertEquals(await Deno.readTextFile(path), "precious");
});

Deno.test("listenUnix() replaces no folder and no link", async () => {
  await using directory = await temporary();
  const { path } = directory;
  await Deno.mkdir(path);
  const link = `${path}.link`;
  await Deno.symlink(path, link);
  for (const place of [path, link]) {
    await assertRejects(
      () => listenUnix({ path: place }, framer),
      Deno.errors.AddrInUse,
      `Cannot listen on ${place}: it is not a socket`,
    );
  }
  assert((await Deno.stat(link)).isDirectory);
});

Deno.test("listenUnix() says where it listens as clients in any folder can use it", async () => {
  const path = `.${crypto.randomUUID()}.sock`;
  await using listener = await listenUnix({ path }, framer);
  assertEquals(listener.addr.path, `${Deno.cwd()}/${path}`);
  await using client = await connectUnix(listener.addr, framer());
  await client.close();
});

Deno.test("listenUnix() says that a path is too long", async () => {
  const path = `/tmp/${"a".repeat(200)}.sock`;
  await assertRejects(
    () => listenUnix({ path }, framer),
    TypeError,
    `Cannot listen on ${path}: the path is too long`,
  );
});

Deno.test("connectUnix() gives up at its signal", async () => {
  await using directory = await temporary();
  const { path } = directory;
  await using _listener = await listenUnix({ path }, framer);
  const controller = new AbortController();
  const connecting = connectUnix(
    { path, signal: controller.signal },
    framer(),
  );
  controller.abort(new RangeError("enough"));
  await assertRejects(() => connecting, RangeError, "enough");
});

Deno.test("listenUnix() takes all of many that come at once, and who comes after them", async () => {
  await using directory = await temporary();
  const { path } = directory;
  await using listener = await listenUnix({ path }, framer);
  const servers = listener[Symbol.asyncIterator]();
  for (const count of [300, 1, 300, 1]) {
    const clients = await Promise.all(
      Array.from({ length: count }, () => connectUnix({ path }, framer())),
    );
    for (let n = 0; n < count; n++) {
      const { value: server } = await servers.next();
      server!.send("hello");
      void server!.close();
    }
    for (const client of clients) {
      assertEquals(await Array.fromAsync(client), ["hello"]);
    }
  }
});
