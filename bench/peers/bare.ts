// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The same work with no library at all: sockets of `node:net` in Deno, read and
 * written as our transports do it, and lines of which nobody reads more than has
 * to be copied. It is the bound of what a library can reach on them.
 *
 * - `relay`: passes on what comes to the one that connected before, or after.
 * - `spread`: passes on what comes to all others.
 * - `answer`: answers each call of `sum` by 3 and by the id that it ends with.
 * - `responder`, `requester`: clients of the relay, for a call by name.
 * - `caller`: a client of `answer`.
 */

import { connect, createServer } from "node:net";
import { SocketPipe } from "../../transport/stream/_socket_pipe.ts";
import { serveBench } from "../hub/_told.ts";
import { workCalls } from "./jsonrpc_work.mjs";
import { checked, work } from "./worker.mjs";

const [role = "", address = ""] = Deno.args;

type Bytes = Uint8Array<ArrayBuffer>;

const DECODER = new TextDecoder("latin1");
const ENCODER = new TextEncoder();

/** Hands over a copy of each read. */
function onBytes(pipe: SocketPipe, take: (bytes: Bytes) => void): void {
  // The load generator leaves without a farewell.
  pipe.start({ onChunk: (chunk) => take(chunk.slice()), onEnd() {} });
}

/** Hands over the lines of each read. */
function onLines(pipe: SocketPipe, take: (lines: string[]) => void): void {
  let tail = "";
  pipe.start({
    onChunk(chunk) {
      const lines = (tail + DECODER.decode(chunk)).split("\n");
      tail = lines.pop()!;
      take(lines);
    },
    onEnd() {},
  });
}

function send(pipe: SocketPipe, bytes: Bytes): void {
  pipe.write([bytes])?.catch(() => {});
}

/** Sends lines, and returns the next line that comes for each of them. */
function asking(pipe: SocketPipe): (line: string) => Promise<string> {
  const waiting: ((line: string) => void)[] = [];
  let output = "";
  const flush = () => {
    send(pipe, ENCODER.encode(output));
    output = "";
  };
  onLines(pipe, (lines) => {
    for (const line of lines) waiting.shift()!(line);
  });
  return (line) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (output === "") queueMicrotask(flush);
      output += `${line}\n`;
    });
}

async function serve(take: (pipe: SocketPipe) => void): Promise<void> {
  const server = createServer(
    { noDelay: true },
    (socket) => take(new SocketPipe(socket)),
  );
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
    })
  );
  await serveBench(`tcp://127.0.0.1:${port}`);
}

async function client(): Promise<SocketPipe> {
  const port = Number(address.split(":").at(-1));
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return new SocketPipe(socket);
}

let waiting: SocketPipe | undefined;

const roles: Record<string, () => Promise<void>> = {
  relay: () =>
    serve((pipe) => {
      const partner = waiting;
      waiting = partner ? undefined : pipe;
      if (!partner) return;
      onBytes(partner, (bytes) => send(pipe, bytes));
      onBytes(pipe, (bytes) => send(partner, bytes));
    }),
  spread: () => {
    const all: SocketPipe[] = [];
    return serve((pipe) => {
      all.push(pipe);
      onBytes(pipe, (bytes) => {
        for (const each of all) if (each !== pipe) send(each, bytes);
      });
    });
  },
  answer: () =>
    serve((pipe) =>
      onLines(pipe, (lines) => {
        let answers = "";
        for (const line of lines) {
          const id = line.slice(line.lastIndexOf(":") + 1);
          answers += `{"jsonrpc":"2.0","result":3,"id":${id}\n`;
        }
        if (answers !== "") send(pipe, ENCODER.encode(answers));
      })
    ),
  async responder() {
    const pipe = await client();
    onBytes(pipe, (bytes) => send(pipe, bytes));
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
