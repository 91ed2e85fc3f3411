// Copyright 2026 the Wirekit authors. MIT license.

/** Says what `connect()` does in a bundle: with a server of echoes, and alone. */

import { connect } from "@wirekit/transport/connect";

const [echo = "", mute = ""] = Deno.args;

async function attempt(
  what: string,
  ...args: Parameters<typeof connect>
): Promise<void> {
  let said: string;
  try {
    await using transport = await connect(...args);
    await transport.send("hello");
    const { value } = await transport[Symbol.asyncIterator]().next();
    said = String(value);
  } catch (error) {
    said = String(error);
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`${what}: ${said}\n`));
}

await attempt("plain", echo);
await attempt("headers", echo, { headers: { "x-who": "me" } });
await attempt("a fragment", `${echo}/#x`);
await attempt("protocol", echo, { protocols: ["a b"] });
await attempt("credentials", echo.replace("//", "//a:secret@"));
await attempt("tls", echo, { tls: { ca: "" } });
await attempt("own", echo, { implementation: "own" });
await attempt("tcp", "tcp://127.0.0.1:1");
await attempt("scheme", "http://127.0.0.1:1");
await attempt("limit", echo, { maxInboxBytes: NaN });
await attempt("time", echo, { connectTimeout: 0 });
await attempt("too large", echo, { maxMessageBytes: 4 });
await attempt("mute", mute, { connectTimeout: 50 });
const stop = new AbortController();
setTimeout(() => stop.abort(new Error("enough")), 50);
await attempt("aborted", mute, { signal: stop.signal });
await attempt("nobody", "ws://127.0.0.1:1/secret?token=secret");
