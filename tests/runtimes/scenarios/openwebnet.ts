// Copyright 2026 the Wirekit authors. MIT license.

import {
  FrameScanner,
  Gateway,
  GatewaySimulator,
  Light,
  parse,
} from "@wirekit/openwebnet";
import { discoverGateways } from "@wirekit/openwebnet/discovery";
import type { PageServer, PlantPage } from "@wirekit/openwebnet/page";
import { same, scenario } from "../_scenario.ts";

await scenario(async () => {
  same(parse("*1*1*12##").kind, "normal");
  const home = new GatewaySimulator({ authentication: "sha256" });
  const open = () => home.connect();
  const gateway = new Gateway({ transport: open, password: "12345" });
  await new Light(gateway, "11").on();
  same(home.executed.at(-1), "*1*1*11##");
  // Deno has tests of its own, with a broker.
  if (!("document" in globalThis) && !("Deno" in globalThis)) {
    const { connectMqtt } = await import("@wirekit/openwebnet/mqtt");
    const url = "mqtt://127.0.0.1:1";
    const error = await connectMqtt(gateway, { url }).catch((error) => error);
    // Nobody is there, but the library for it was loaded, and has called.
    same(error.name, "NotConnectedError");
  }
  await gateway.close();
  await home.close();
  if ("document" in globalThis) return;

  // Nobody is there, but it asks.
  const found = await discoverGateways({ hostname: "127.0.0.1", timeout: 50 });
  same(found.length, 0);

  // A gateway over TCP, and the page of its plant.
  const { listenTcp } = await import("@wirekit/transport/tcp");
  const { tcpGateway } = await import("@wirekit/openwebnet/tcp");
  const { PlantPage, servePage } = await import("@wirekit/openwebnet/page");
  const password = "12345";
  const plant = new GatewaySimulator({ authentication: "open" });
  const listener = await listenTcp({ port: 0 }, () => new FrameScanner());
  plant.acceptAll(listener);
  const { port } = listener.addr;
  const overTcp = tcpGateway("127.0.0.1", { port, password });
  await new Light(overTcp, "12").on();
  same(plant.executed.at(-1), "*1*1*12##");
  // Not every Deno of Deploy can listen; there it is a handler.
  const { fetch: answer, ...page } = "Deno" in globalThis
    ? handled(new PlantPage({ home: overTcp }))
    : served(await servePage({ home: overTcp }, { port: 0 }));
  const html = await answer("", { accept: "text/html" });
  same((await html.text()).includes("page/page.js"), true);
  const events = await answer("api/events", {});
  const reader = events.body!.getReader();
  for (let text = ""; !text.includes('"light_12"');) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The events have ended: ${text}`);
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  await page.close();
  await overTcp.close();
  await listener.close();
  await plant.close();
});

/** What a page answers. */
interface Answering {
  fetch(path: string, headers: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

function served(server: PageServer): Answering {
  const [url] = server.urls;
  return {
    fetch: (path, headers) => fetch(url + path, { headers }),
    close: () => server.close(),
  };
}

function handled(page: PlantPage): Answering {
  const remoteAddr = { transport: "tcp", hostname: "127.0.0.1" };
  return {
    fetch: (path, headers) =>
      page.fetch(new Request(`http://127.0.0.1/${path}`, { headers }), {
        remoteAddr,
      }),
    close: () => page.close(),
  };
}
