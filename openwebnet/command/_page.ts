// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet page`. */

import {
  command,
  needNetwork,
  readFile,
  settings,
  type Terminal,
  text,
  texts,
  toggle,
  urlsForOthers,
  UsageError,
} from "@wirekit/internal/command";
import { isLoopback } from "@wirekit/transport/pages";
import { fromFile, GATEWAY_OPTIONS, withGateways } from "./_gateway.ts";
import { watchHome } from "./_watched_home.ts";

const { json: _, ...GATEWAY } = GATEWAY_OPTIONS;

/** Where the page is without `--listen`. */
const PLACE = { hostname: "127.0.0.1", port: 20_080 };

/** The command that serves a page of the plant. */
export const page = command({
  name: "page",
  isServer: true,
  summary: "Serve a page of the plant, for a telephone or a screen",
  options: {
    listen: text("ADDRESS", "Address and port (127.0.0.1:20080)"),
    tokenFile: text(
      "FILE",
      "File with what people sign in with (or OPENWEBNET_TOKEN)",
      { file: true },
    ),
    allowHost: texts("NAME", "Name by which browsers may call the page"),
    cert: text("FILE", "Certificate in PEM: serve https:", { file: true }),
    key: text("FILE", "Private key in PEM, with --cert", { file: true }),
    named: toggle("Show only devices named in home.json"),
    ...GATEWAY,
    gateway: text("NAME", "Only this gateway of that file (all)"),
  },
  examples: [
    "openwebnet page --host 192.168.1.35",
    "OPENWEBNET_TOKEN=correct-horse openwebnet page --listen 0.0.0.0:20080",
  ],
  async run({ options }, terminal) {
    const { named: onlyNamed, allowHost: allowedHosts, cert, key } = options;
    const { hostname, port } = placeOf(options.listen);
    const { OPENWEBNET_TOKEN: token } = settings(terminal, {
      OPENWEBNET_TOKEN: await fromFile(options.tokenFile),
    });
    if ((cert === undefined) !== (key === undefined)) {
      throw new UsageError("--cert and --key must be given together");
    }
    const tls = cert === undefined
      ? undefined
      : { cert: await readFile(cert), key: await readFile(key!) };
    needNetwork(hostname, port);
    // Only this command needs the files of the page, so they are loaded here.
    const { servePage } = await import("../page/page.ts");
    await withGateways(
      { ...options, json: false },
      terminal,
      async (gateways, home) => {
        await using server = await servePage(gateways, {
          hostname,
          port,
          onlyNamed,
          allowedHosts,
          logger: loggerOf(terminal),
          ...(token === undefined ? {} : { token }),
          ...(tls === undefined ? {} : { tls }),
          ...(home === undefined ? {} : { home }),
        });
        using _watch = watchHome(
          options.home,
          home,
          terminal,
          (home) => server.renewHome(home),
        );
        for (const url of server.urls) {
          const here = url.replace(
            /\/\/(0\.0\.0\.0|\[::\])(?=:)/,
            "//127.0.0.1",
          );
          terminal.log(`The page is at ${here}`);
        }
        if (token !== undefined && !tls && !isLoopback(hostname)) {
          terminal.error(
            "openwebnet: without --cert, the token goes over the network unencrypted",
          );
        }
        for (const url of await urlsForOthers(server.urls)) {
          terminal.log(`Other machines find it at ${url}`);
        }
        const { promise: stopped, resolve } = Promise.withResolvers<void>();
        const { signal } = terminal;
        signal.addEventListener("abort", () => resolve(), { once: true });
        if (signal.aborted) resolve();
        await Promise.race([server.closed, stopped]);
      },
      true,
    );
  },
});

/** Reads where to listen: an address, a port, or both. */
function placeOf(
  given: string | undefined,
): { hostname: string; port: number } {
  if (given === undefined) return PLACE;
  const [, bracketed, name, digits] =
    /^(?:\[([\da-f:.]+)\]|([^\s:[\]/]+))?(?::(\d{1,5}))?$/i.exec(given) ?? [];
  const isPort = bracketed === undefined && digits === undefined &&
    /^\d{1,5}$/.test(name ?? "");
  const port = Number(isPort ? name : digits ?? PLACE.port);
  const hostname = bracketed ?? (isPort ? undefined : name) ?? PLACE.hostname;
  const isRead = bracketed ?? name ?? digits;
  if (isRead !== undefined && port <= 65_535) return { hostname, port };
  throw new UsageError(
    `--listen has to be such as 127.0.0.1:20080, 0.0.0.0 or 8080, not "${given}"`,
  );
}

function loggerOf(terminal: Terminal) {
  return {
    info: (line: string) => terminal.log(line),
    warn: (line: string) => terminal.error(`openwebnet: ${line}`),
    error: (line: string) => terminal.error(`openwebnet: ${line}`),
  };
}
