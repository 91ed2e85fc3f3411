// Copyright 2026 the Wirekit authors. MIT license.

/** Prints the files that the page takes from npm as they are, for the build. */
import chart from "uplot/dist/uPlot.min.css" with { type: "text" };
import font from "inter/files/inter-latin-wght-normal.woff2" with {
  type: "bytes",
};

const files = { chart, font: font.toBase64() };
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(files)));
