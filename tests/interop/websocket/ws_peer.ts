// Copyright 2026 the Wirekit authors. MIT license.

/** An echo by `ws`, the one of Node: a server, or a client of a URL. */

// By name from npm: it is a peer of this test and no part of the kit.
const WS = "npm:ws@8.18.3";

interface Socket {
  on(event: string, listener: (...args: never[]) => void): void;
  send(data: Uint8Array, options: { binary: boolean }): void;
  close(code: number, reason: string): void;
}

const { WebSocket, WebSocketServer } = await import(WS);

function echo(socket: Socket): void {
  socket.on("message", (data: Uint8Array, binary: boolean) => {
    if (String(data) === "goodbye") socket.close(4000, "grüße");
    else socket.send(data, { binary });
  });
  socket.on("close", (code: number, reason: Uint8Array) => {
    print(`closed ${code} ${reason}`);
  });
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const [url] = Deno.args;
if (url) echo(new WebSocket(url));
else {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", echo);
  server.on("listening", () => print(`port ${server.address().port}`));
}
