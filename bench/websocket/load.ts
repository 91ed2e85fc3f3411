// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Loads a server over plain sockets: its frames are written beforehand, and all
 * of the same length, so that answers are counted and not parsed.
 */

const [port = ""] = Deno.args;

interface Command {
  id: number;
  shape: "echo" | "pairs" | "service" | "fan";
  count: number;
  depth: number;
  size: number;
  seconds: number;
}

function head(size: number, masked: boolean): number[] {
  const flag = masked ? 128 : 0;
  const length = size < 126
    ? [flag | size]
    : size < 65_536
    ? [flag | 126, size >> 8, size & 255]
    : [flag | 127, 0, 0, 0, 0, 0, size >> 16, size >> 8 & 255, size & 255];
  return [0x81, ...length];
}

/** `depth` masked messages, one after the other. */
function makeFrames(size: number, depth: number): Uint8Array {
  const mask = [0x37, 0xfa, 0x21, 0x3d];
  const start = [...head(size, true), ...mask];
  const frame = new Uint8Array(start.length + size);
  frame.set(start);
  for (let i = 0; i < size; i++) frame[start.length + i] = 120 ^ mask[i & 3]!;
  const frames = new Uint8Array(frame.length * depth);
  for (let i = 0; i < depth; i++) frames.set(frame, i * frame.length);
  return frames;
}

async function connect(path: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  conn.setNoDelay(true);
  const request = [
    `GET /${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  ].join("\r\n");
  await conn.write(new TextEncoder().encode(`${request}\r\n\r\n`));
  const bytes = new Uint8Array(4_096);
  let text = "";
  while (!text.endsWith("\r\n\r\n")) {
    const count = await conn.read(bytes);
    text += new TextDecoder().decode(bytes.subarray(0, count ?? 0));
  }
  return conn;
}

async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await conn.write(rest));
  }
}

/** Calls `onFrames` with how many came, until the connection is closed. */
async function count(
  conn: Deno.TcpConn,
  size: number,
  onFrames: (frames: number) => Promise<void> | void,
): Promise<void> {
  const length = head(size, false).length + size;
  const bytes = new Uint8Array(262_144);
  let pending = 0;
  try {
    for (;;) {
      const read = await conn.read(bytes);
      if (read === null) return;
      pending += read;
      const frames = Math.floor(pending / length);
      pending -= frames * length;
      if (frames > 0) await onFrames(frames);
    }
  } catch {
    // Closed at the end of the load.
  }
}

async function load(command: Command): Promise<unknown> {
  const { shape, count: sockets, depth, size, seconds } = command;
  const frames = makeFrames(size, Math.max(depth, 64));
  const length = frames.length / Math.max(depth, 64);
  const some = (n: number) => frames.subarray(0, n * length);
  const conns: Deno.TcpConn[] = [];
  const open = async (path: string) => {
    const conn = await connect(`${shape}/${path}`);
    conns.push(conn);
    return conn;
  };
  const latencies: number[] = [];
  let calls = 0;
  const work: Promise<void>[] = [];

  const answer = (conn: Deno.TcpConn) =>
    count(conn, size, async (n) => {
      for (let left = n; left > 0; left -= 64) {
        await write(conn, some(Math.min(left, 64)));
      }
    });
  if (shape === "service") work.push(answer(await open("responder")));
  const requesters: Deno.TcpConn[] = [];
  let delivered = 0;
  for (let i = 0; i < sockets; i++) {
    if (shape === "pairs") work.push(answer(await open(`responder/${i}`)));
    if (shape !== "fan") requesters.push(await open(`requester/${i}`));
    else {
      const conn = await open("responder");
      work.push(count(conn, size, (n) => onDelivered(n)));
    }
  }

  const begin = performance.now();
  if (shape === "fan") requesters.push(await open("requester"));
  const [sender] = requesters;
  let sentAt = begin;
  async function onDelivered(n: number): Promise<void> {
    calls += n;
    delivered += n;
    if (delivered < sockets * depth) return;
    // Everybody has all of them: the next ones.
    delivered = 0;
    latencies.push(performance.now() - sentAt);
    sentAt = performance.now();
    await write(sender!, some(depth));
  }

  for (const conn of requesters) {
    if (shape !== "fan") {
      const sent: number[] = [];
      for (let i = 0; i < depth; i++) sent.push(begin);
      work.push(count(conn, size, async (n) => {
        const now = performance.now();
        for (const each of sent.splice(0, n)) latencies.push(now - each);
        calls += n;
        for (let i = 0; i < n; i++) sent.push(now);
        await write(conn, some(n));
      }));
    }
    work.push(write(conn, some(depth)));
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const took = (performance.now() - begin) / 1_000;
  const done = calls;
  for (const conn of conns) conn.close();
  await Promise.all(work).catch(() => {});
  latencies.sort((a, b) => a - b);
  const at = (part: number) =>
    latencies[Math.floor(latencies.length * part)]! * 1_000;
  return { calls: done, seconds: took, p50: at(0.5), p99: at(0.99) };
}

function tell(message: unknown): void {
  const line = JSON.stringify(message) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

tell({ event: "ready" });
let tail = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (tail + text).split("\n");
  tail = lines.pop()!;
  for (const line of lines) {
    const command: Command = JSON.parse(line);
    tell({ id: command.id, ok: JSON.stringify(await load(command)) });
  }
}
