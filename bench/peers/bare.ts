// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The same work with no library at all: sockets of `node:net` in Deno, and lines
 * of which nobody reads more than has to be copied. It is the bound of what a
 * library can reach, where that does nothing that is cleverer than this.
 *
 * - `relay`: passes on what comes to the one that connected before, or after.
 * - `spread`: passes on what comes to all others.
 * - `answer`: answers each call of `sum` by 3 and by the id that it ends with.
 * - `responder`, `requester`: clients of the relay, for a call by name.
 * - `caller`: a client of `answer`.
 */

import type { Buffer } from "node:buffer";
import { connect, createServer, type Socket } from "node:net";
import { serveBench } from "../hub/_told.ts";
import { workCalls } from "./jsonrpc_work.mjs";
import { checked, work } from "./worker.mjs";

const [role = "", address = ""] = Deno.args;

/** Hands over the lines of each read. */
function onLines(socket: Socket, take: (lines: string[]) => void): void {
  let tail = "";
  socket.on("data", (bytes: Buffer) => {
    const lines = (tail + bytes.toString("latin1")).split("\n");
    tail = lines.pop()!;
    take(lines);
  });
}

/** Sends lines, and returns the next line that comes for each of them. */
function asking(socket: Socket): (line: string) => Promise<string> {
  const waiting: ((line: string) => void)[] = [];
  let output = "";
  const flush = () => {
    socket.write(output, "latin1");
    output = "";
  };
  onLines(socket, (lines) => {
    for (const line of lines) waiting.shift()!(line);
  });
  return (line) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (output === "") queueMicrotask(flush);
      output += `${line}\n`;
    });
}

async function serve(take: (socket: Socket) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {}); // The load generator leaves without a farewell.
    take(socket);
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
    })
  );
  await serveBench(`tcp://127.0.0.1:${port}`);
}

async function client(): Promise<Socket> {
  const port = Number(address.split(":").at(-1));
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

let waiting: Socket | undefined;

const roles: Record<string, () => Promise<void>> = {
  relay: () =>
    serve((socket) => {
      const partner = waiting;
      waiting = partner ? undefined : socket;
      if (!partner) return;
      partner.on("data", (bytes) => socket.write(bytes));
      socket.on("data", (bytes) => partner.write(bytes));
    }),
  spread: () => {
    const all: Socket[] = [];
    return serve((socket) => {
      all.push(socket);
      socket.on("data", (bytes) => {
        for (const each of all) if (each !== socket) each.write(bytes);
      });
    });
  },
  answer: () =>
    serve((socket) =>
      onLines(socket, (lines) => {
        let answers = "";
        for (const line of lines) {
          const id = line.slice(line.lastIndexOf(":") + 1);
          answers += `{"jsonrpc":"2.0","result":3,"id":${id}\n`;
        }
        if (answers !== "") socket.write(answers, "latin1");
      })
    ),
  async responder() {
    const socket = await client();
    socket.on("data", (bytes) => socket.write(bytes));
    work(() => ({}));
  },
  async requester() {
    const ask = asking(await client());
    work(checked(ask));
  },
  async caller() {
    const ask = asking(await client());
    let id = 0;
    workCalls({
      async call() {
        await ask(
          `{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":${++id}}`,
        );
        return 3;
      },
      batch: undefined,
    });
  },
};

await roles[role]!();
