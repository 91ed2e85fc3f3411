// Copyright 2026 the Wirekit authors. MIT license.

/** How the bridge and the page take a home.json that has changed. */

import { type Terminal, watchFiles } from "@wirekit/internal/command";
import type { Home } from "../home.ts";
import { HOME_FILE, readHome } from "./_home.ts";

/**
 * Reads the home again each time that its file has changed. One that is wrong
 * is reported, and the one before stays.
 *
 * @param file The file that the user named, or `undefined` for the default.
 * @param home What it held at the start; without a home nothing is watched.
 * @param terminal Where to report.
 * @param renewed Called with the new home.
 */
export function watchHome(
  file: string | undefined,
  home: Home | undefined,
  terminal: Pick<Terminal, "log" | "error">,
  renewed: (home: Home) => void,
): Disposable {
  if (home === undefined) return { [Symbol.dispose]() {} };
  const path = file ?? HOME_FILE;
  let before = home;
  const timer = watchFiles([path], async () => {
    try {
      const found = await readHome(path, true);
      if (found === undefined || isSame(found.home, before)) return;
      if (!isSame(found.home.gateways, before.gateways)) {
        terminal.error(
          `openwebnet: ${path} has other gateways: start openwebnet again to ` +
            "use them",
        );
      }
      before = found.home;
      renewed(found.home);
      terminal.log(`Read ${path} again: it has changed`);
    } catch (error) {
      const { message } = error as Error;
      terminal.error(`openwebnet: Kept the names as they were: ${message}`);
    }
  }, () => {});
  return { [Symbol.dispose]: () => timer.stop() };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
