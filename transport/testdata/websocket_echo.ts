// Copyright 2026 the Wirekit authors. MIT license.

// Prints its port; answers "stop" with the milliseconds since the message before.
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => Deno.stdout.writeSync(encode(`${port}\n`)),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  let last = 0;
  socket.onmessage = ({ data }) => {
    const now = performance.now();
    if (data === "stop") socket.send(String(now - last));
    last = now;
  };
  return response;
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
