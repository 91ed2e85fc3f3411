// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { PortTransport } from "./port.ts";
import { CloseError } from "./transport.ts";

async function ended(transport: AsyncIterable<unknown>): Promise<CloseError> {
  return await assertRejects(() => Array.fromAsync(transport), CloseError);
}

Deno.test("PortTransport refuses what is no message of its format", async () => {
  for (
    const [format, value] of [
      ["text", 1],
      ["text", new Uint8Array()],
      ["text", { close: { code: "1000" } }],
      ["text", null],
      ["binary", "text"],
      ["utf8", "text"],
    ] as const
  ) {
    const { port1, port2 } = new MessageChannel();
    const transport = new PortTransport(port1, { format });
    port2.postMessage(value);
    assertEquals((await ended(transport)).code, 1003);
    port2.close();
  }
});

Deno.test("PortTransport refuses bytes that are no text, both ways", async () => {
  const { port1, port2 } = new MessageChannel();
  const near = new PortTransport(port1, { format: "utf8" });
  const far = new PortTransport(port2, { format: "binary" });
  await assertRejects(
    () => near.send(new Uint8Array([0xc3])),
    TypeError,
    "not valid UTF-8",
  );
  await far.send(new Uint8Array([0xc3]));
  assertEquals((await ended(near)).code, 1007);
  assertEquals((await ended(far)).code, 1007);
});

Deno.test("PortTransport ends with the error that a worker throws", async () => {
  const script = `self.onmessage = () => { throw new RangeError("boom"); };`;
  const worker = new Worker(
    `data:application/javascript,${encodeURIComponent(script)}`,
    { type: "module" },
  );
  const transport = new PortTransport(worker);
  await transport.send("go");
  const error = await ended(transport);
  assertEquals(error.code, 1011);
  assertEquals((error.cause as Error).message.includes("boom"), true);
  worker.terminate();
});

Deno.test("PortTransport tells a peer that is gone where the platform does", async () => {
  const { port1, port2 } = new MessageChannel();
  const transport = new PortTransport(port1);
  port1.dispatchEvent(new Event("close"));
  assertEquals((await ended(transport)).code, 1006);
  port2.close();
});

Deno.test("PortTransport ends at a value that cannot be read", async () => {
  const { port1, port2 } = new MessageChannel();
  const transport = new PortTransport(port1);
  port1.dispatchEvent(new MessageEvent("messageerror"));
  assertEquals((await ended(transport)).code, 1003);
  port2.close();
});
