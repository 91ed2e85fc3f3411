// Copyright 2026 the Wirekit authors. MIT license.

/** Makes a picture of a Vega-Lite specification: JSON in, SVG out. */

import { createRequire } from "node:module";
import process from "node:process";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const cache = new URL("../../.cache/bench/npm/", import.meta.url);
const { resolve } = createRequire(cache);
const load = (name) => import(pathToFileURL(resolve(name)).href);
const [vega, vegaLite] = await Promise.all(["vega", "vega-lite"].map(load));

const spec = JSON.parse(await text(process.stdin));
const parsed = vega.parse(vegaLite.compile(spec).spec);
const view = new vega.View(parsed, { renderer: "none" });
process.stdout.write(await view.toSVG());
