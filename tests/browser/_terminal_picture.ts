// Copyright 2026 the Wirekit authors. MIT license.

/** The size of a character of the letters below, in pixels. */
const CHAR = { width: 7.8, height: 19 };

/** How far the text is from the edge, and how high the head is. */
const MARGIN = 18;
const HEAD = 34;

/** The most characters of a line; longer ones go on in the next. */
const MAX_COLUMNS = 128;

/**
 * Draws what a terminal shows.
 *
 * @param text Its lines; those that a person has typed begin with `$ `.
 * @returns The picture as SVG.
 */
export function terminalPicture(text: string): string {
  const lines = text.trimEnd().split("\n").flatMap(wrapped);
  const columns = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(columns * CHAR.width) + 2 * MARGIN;
  const height = HEAD + lines.length * CHAR.height + MARGIN;
  const shown = lines.map((line, at) => {
    const y = HEAD + (at + 0.75) * CHAR.height;
    return `<text x="${MARGIN}" y="${y}">${coloured(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<style>
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8d8e2; white-space: pre; }
.prompt { fill: #4cc47d; }
.typed { fill: #ffffff; font-weight: 600; }
.url { fill: #a09efb; }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#15151a" stroke="#393944" />
<circle cx="20" cy="18" r="5.5" fill="#fa7a70" /><circle cx="39" cy="18" r="5.5" fill="#eab54b" /><circle cx="58" cy="18" r="5.5" fill="#4cc47d" />
${shown.join("\n")}
</svg>
`;
}

function wrapped(line: string): string[] {
  const parts = [];
  for (let at = 0; at === 0 || at < line.length; at += MAX_COLUMNS) {
    parts.push(line.slice(at, at + MAX_COLUMNS));
  }
  return parts;
}

function coloured(line: string): string {
  const safe = line.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const [, typed] = /^\$ (.*)$/.exec(safe) ?? [];
  return typed === undefined
    ? safe.replaceAll(/https?:\/\/[^\s']+/g, '<tspan class="url">$&</tspan>')
    : `<tspan class="prompt">$</tspan> <tspan class="typed">${typed}</tspan>`;
}
