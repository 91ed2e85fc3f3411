// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Socket } from "node:net";
import { NotConnectedError } from "@wirekit/internal/errors";
import { setTransportFactory, type Transport } from "@nats-io/transport-node";
import { openConnection } from "./_connection.ts";
import { INFO, letIn, serverOf } from "../../testdata/server.ts";
import { connectNats } from "../../nats.ts";

/** What a server does with a client before it resets the connection. */
const SERVERS: Record<string, (socket: Socket, reset: () => void) => void> = {
  "at once": (_socket, reset) => reset(),
  "after its greeting": (socket, reset) => socket.write(INFO, reset),
  "as the client greets it": (socket, reset) => {
    socket.write(INFO);
    socket.once("data", reset);
  },
  "after it refused the secret": (socket, reset) => {
    socket.write(INFO);
    socket.once("data", () => {
      socket.write("-ERR 'Authorization Violation'\r\n", reset);
    });
  },
  "after it let the client in": (socket, reset) => {
    letIn(socket, reset);
  },
  "in the handshake of TLS": (socket, reset) => {
    socket.write(INFO.replace("{", '{"tls_required":true,'));
    socket.once("data", reset);
  },
};

for (const [when, behave] of Object.entries(SERVERS)) {
  Deno.test(
    `connectNats() survives servers that reset the connection ${when}`,
    async () => {
      let count = 0;
      await using server = await serverOf((socket) =>
        behave(socket, () => {
          // The error meets the client in each step of what it does then.
          if (count++ % 2 === 0) socket.resetAndDestroy();
          else setTimeout(() => socket.resetAndDestroy(), count % 3);
        })
      );
      const servers = server.url;
      for (let round = 0; round < 30; round++) {
        await Promise.all(Array.from({ length: 8 }, () =>
          assertRejects(
            () => connectNats({ servers, connectTimeout: 100 }),
            NotConnectedError,
          )));
      }
    },
  );
}

const SILENCES: Record<string, (socket: Socket) => void> = {
  "before its greeting": () => {},
  "in its greeting": (socket) => socket.write("INFO {"),
  "after its greeting": (socket) => socket.write(INFO),
  "in the handshake of TLS": (socket) =>
    socket.write(INFO.replace("{", '{"tls_required":true,')),
  "after it let the client in": (socket) => letIn(socket, () => {}),
};

for (const [when, behave] of Object.entries(SILENCES)) {
  Deno.test(
    `connectNats() keeps its deadline, and no socket, with servers that are silent ${when}`,
    async () => {
      await using one = await serverOf(behave);
      await using two = await serverOf(behave);
      const start = performance.now();
      await assertRejects(
        () => connectNats({ servers: [one.url, two.url], connectTimeout: 500 }),
        NotConnectedError,
      );
      const took = performance.now() - start;
      assert(took < 5_000, `It took ${took} ms`);
      while (one.open.size + two.open.size > 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  );
}

const RETURNS: Record<string, (socket: Socket) => void> = {
  "resets": (socket) => socket.resetAndDestroy(),
  "is silent": () => {},
  "refuses the secret": (socket) => {
    socket.write(INFO);
    socket.once("data", () => {
      socket.write("-ERR 'Authorization Violation'\r\n", () => socket.end());
    });
  },
  "says what no server says": (socket) => {
    letIn(socket, () => socket.write("SPAM eggs\r\n"));
  },
};

for (const [how, behave] of Object.entries(RETURNS)) {
  Deno.test(
    `A connection comes back to a server that ${how} for a while, whoever else uses NATS`,
    async () => {
      let made = 0;
      await using server = await serverOf((socket, count) => {
        made++;
        if (count === 0) letIn(socket, () => socket.resetAndDestroy());
        else if (count < 4) behave(socket);
        else letIn(socket, () => {});
      });
      const { connection, ready } = openConnection({
        servers: `127.0.0.1:${server.port}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 5,
        reconnectJitter: 0,
        timeout: 200,
        pingInterval: 100,
        maxPingOut: 1,
        ignoreAuthErrorAbort: true,
      });
      // As another part of the program does with a client of its own.
      setTransportFactory({ factory: () => ({}) as Transport });
      await ready;
      while (
        made < 5 || !await connection.flush().then(() => true, () => false)
      ) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await connection.close();
      assertEquals(made, 5);
    },
  );
}

Deno.test("What a server does not read yet arrives later, in order", async () => {
  const got: string[] = [];
  const whole = Promise.withResolvers<void>();
  let socketOf!: Socket;
  await using server = await serverOf((socket) => {
    socketOf = socket;
    letIn(socket, () => {});
    socket.on("data", (bytes) => {
      got.push(String(bytes));
      if (String(bytes).includes("END")) whole.resolve();
    });
  });
  const { connection, ready, send } = openConnection({
    servers: `127.0.0.1:${server.port}`,
  });
  await ready;
  got.length = 0;
  const sent: string[] = [];
  const utf8 = new TextEncoder();
  const write = (text: string) => {
    sent.push(text);
    send(utf8.encode(text));
  };
  for (let round = 0; round < 3; round++) {
    socketOf.pause();
    for (let n = 0; n < 300; n++) {
      write(`${round} ${n} ${"x".repeat(n % 7 ? 100 : 300_000)}\r\n`);
      if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    socketOf.resume();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  write("END");
  await whole.promise;
  assert(got.join("") === sent.join(""), "They came otherwise");
  await connection.close();
});

Deno.test("What was asked on a connection that is lost fails then, and not at its deadline", async () => {
  const sockets: Socket[] = [];
  await using server = await serverOf((socket) => {
    sockets.push(socket);
    letIn(socket, () => {});
  });
  const { connection, ready } = openConnection({
    servers: `127.0.0.1:${server.port}`,
    reconnectTimeWait: 10,
  });
  await ready;
  const timeout = 5_000;
  const asked = [
    connection.request("before", "", { timeout }),
    connection.flush(),
  ];
  const ends = asked.map((each) => assertRejects(() => each, Error, "connect"));
  sockets[0]!.destroy();
  for await (const { type } of connection.status()) {
    // Nothing is connected now: it is not sent later either.
    if (type !== "disconnect") continue;
    const late = connection.request("between", "", { timeout });
    ends.push(assertRejects(() => late, Error, "connect"));
    break;
  }
  await Promise.all(ends);
  await connection.close();
});

Deno.test("A connection that is lost before it is open is tried again at once, and told of once", async () => {
  await using server = await serverOf((socket, count) => {
    if (count === 0) letIn(socket, () => socket.destroy());
    else if (count > 1) letIn(socket, () => {});
    else {
      socket.write(INFO);
      socket.once("data", () => socket.destroy());
    }
  });
  const { connection, ready } = openConnection({
    servers: `127.0.0.1:${server.port}`,
    reconnectTimeWait: 10,
    timeout: 5_000,
  });
  await ready;
  const told: string[] = [];
  const start = performance.now();
  for await (const { type } of connection.status()) {
    if (type.endsWith("connect")) told.push(type);
    if (type === "reconnect") break;
  }
  assert(performance.now() - start < 2_000);
  await connection.flush();
  assertEquals(told, ["disconnect", "reconnect"]);
  await connection.close();
});

Deno.test("A connection to a server that hangs goes on with another, and tries that one last", async () => {
  let hung = 0;
  await using one = await serverOf((socket) => {
    hung++;
    socket.write(INFO);
    socket.once("data", () => socket.write("PONG\r\n"));
  });
  let other = 0;
  await using two = await serverOf((socket) => {
    other++;
    letIn(socket, () => {});
  });
  const { connection, ready } = openConnection({
    servers: [one, two].map(({ port }) => `127.0.0.1:${port}`),
    noRandomize: true,
    reconnectTimeWait: 10,
    pingInterval: 50,
    maxPingOut: 2,
  });
  await ready;
  const start = performance.now();
  for await (const { type } of connection.status()) {
    if (type === "reconnect") break;
  }
  assert(performance.now() - start < 2_000);
  assertEquals([hung, other], [1, 1]);
  await connection.flush();
  await connection.close();
});
