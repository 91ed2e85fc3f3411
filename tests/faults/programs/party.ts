// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One party in a process of its own, so that what it burns is not the server's:
 * a bystander that calls and keeps the ledger, or an attacker. Driven by lines
 * of JSON.
 */

import { CONTINUATION, dial, frame, PING, PONG, TEXT, Wire } from "../_wire.ts";

/** How a server is spoken to. `%` stands for the number of a call. */
export interface Speech {
  /** What a client says first, and waits for an answer to. */
  hello?: string;
  /** A call; its answer carries the same `uuid` or `id`. */
  ask: string;
  /** A message that nobody answers, or only with an error. */
  small: string;
}

/** What became of the calls of a bystander: each has one outcome. */
export interface Ledger {
  /** Calls made. */
  asked: number;
  /** Calls that one answer came to. */
  answered: number;
  /** Answers to no open call. */
  strays: number;
  /** Milliseconds that half of them took at most. */
  p50: number;
  /** Milliseconds that 99 of 100 took at most. */
  p99: number;
}

interface Command {
  id: number;
  do: string;
  url: string;
  speech: Speech;
  ms: number;
  kind: string;
  name: string;
  count: number;
  text: string;
}

const kept: Disposable[] = [];
const wires = new Map<string, Wire>();

async function enter(url: string, { hello }: Speech, name: string) {
  const wire = await Wire.open(url);
  if (hello) {
    await wire.send(hello.replaceAll("%", name));
    if (await wire.receive() === undefined) throw new Error("Not let in");
  }
  return wire;
}

/** Calls, one after the other, and measures. */
async function measure({ url, speech, ms, name }: Command): Promise<Ledger> {
  using wire = await enter(url, speech, name);
  const times: number[] = [];
  let asked = 0;
  let strays = 0;
  const end = performance.now() + ms;
  while (performance.now() < end || asked < 20) {
    const id = String(++asked);
    const start = performance.now();
    await wire.send(speech.ask.replaceAll("%", id));
    for (;;) {
      const answer = await wire.receive();
      if (answer === undefined) throw new Error("The bystander was cut off");
      const { method, uuid, id: of = null } = JSON.parse(answer);
      if (String(uuid ?? of) === id && method === undefined) break;
      // What the server asks or tells by itself is no answer.
      if (method === undefined && (uuid ?? of) !== null) strays++;
    }
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
  const answered = times.length;
  return { asked, answered, strays, p50: at(0.5), p99: at(0.99) };
}

/** 64 KiB of the same thing again and again, and where a whole one ends. */
function much(kind: string, wire: Wire, speech: Speech): Uint8Array {
  const one = {
    ping: () => frame(PING, "1234"),
    pong: () => frame(PONG, "1234"),
    empty: () => wire.encode(""),
    fragment: () => frame(CONTINUATION, "", false),
    small: () => wire.encode(speech.small),
  }[kind]!();
  const times = Math.floor(65_536 / one.length);
  const all = new Uint8Array(times * one.length);
  for (let i = 0; i < times; i++) all.set(one, i * one.length);
  return all;
}

/** Sends as fast as it can for a while; comes again whenever it is cut off. */
async function flood({ url, speech, ms, kind, name }: Command) {
  const end = performance.now() + ms;
  let bytes = 0;
  for (let times = 0; performance.now() < end; times++) {
    try {
      using wire = await enter(url, speech, `${name}${times}`);
      const timer = setTimeout(
        () => wire[Symbol.dispose](),
        end - performance.now(),
      );
      // What the server answers is taken and thrown away.
      const reading = (async () => {
        const buffer = new Uint8Array(65_536);
        while (await wire.conn.read(buffer).catch(() => null));
      })();
      try {
        const block = much(kind, wire, speech);
        if (kind === "fragment") await wire.write(frame(TEXT, "", false));
        while (performance.now() < end) {
          await wire.write(block);
          bytes += block.length;
        }
      } finally {
        clearTimeout(timer);
        wire[Symbol.dispose]();
        await reading;
      }
    } catch {
      // It comes again, a little later than at once: it is not about connects.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return bytes;
}

/** Opens many connections that say nothing; tells how many were taken. */
async function hold({ url, count }: Command): Promise<number> {
  const bare = url.replace(/^ws+:/, "tcp:").replace(/^tls:/, "tcp:");
  const opened = await Promise.allSettled(
    Array.from({ length: count }, () => dial(bare)),
  );
  for (const result of opened) {
    if (result.status !== "fulfilled") continue;
    const conn = result.value;
    kept.push({ [Symbol.dispose]: () => conn.close() });
  }
  return kept.length;
}

const commands: Record<string, (command: Command) => unknown> = {
  measure,
  flood,
  hold,
  release() {
    for (const each of kept.splice(0)) each[Symbol.dispose]();
  },
  async enter({ url, speech, name }) {
    wires.set(name, await enter(url, speech, name));
  },
  async say({ name, text }) {
    await wires.get(name)!.send(text);
  },
  async hear({ name }) {
    return await wires.get(name)!.receive() ?? null;
  },
};

async function obey(command: Command): Promise<void> {
  const { id } = command;
  let answer;
  try {
    const value = await commands[command.do]!(command);
    answer = { id, ok: JSON.stringify(value ?? null) };
  } catch (error) {
    answer = { id, error: String(error) };
  }
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${JSON.stringify(answer)}\n`),
  );
}

let tail = "";
for await (const chunk of Deno.stdin.readable) {
  const lines = (tail + new TextDecoder().decode(chunk)).split("\n");
  tail = lines.pop()!;
  for (const line of lines) obey(JSON.parse(line));
}
