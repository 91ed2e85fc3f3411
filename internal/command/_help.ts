// Copyright 2026 the Wirekit authors. MIT license.

import { synopsis, type WholeCommand } from "./_command.ts";
import { nameOf, type Options } from "./_option.ts";
import { COMMON } from "./_parse.ts";

const WIDTH = 80;

/** The meaning of each exit code, in every command. */
const EXIT_CODES =
  "Exit codes: 0 done, 1 an error or a negative answer, 2 wrong usage, " +
  "3 no connection, 4 no answer in time, 130 stopped by Ctrl-C before the end.";

/**
 * Writes the help of a command.
 *
 * @param path The words that lead to it, such as `hub call`.
 * @param command The command.
 * @param heading Formats a heading.
 */
export function helpOf(
  path: string,
  command: WholeCommand,
  heading: (text: string) => string,
): string {
  const { commands = [], fallback, examples = [] } = command;
  const preset = commands.find(({ name }) => name === fallback);
  const parts = [`${command.summary}.`, usageOf(path, command, heading)];
  if (command.details) parts.push(paragraphs(command.details));
  if (commands.length > 0) {
    const rows = commands.map(({ name, summary }): [string, string] => [
      name,
      summary,
    ]);
    parts.push(`${heading("Commands:")}\n${columns(rows)}`);
  }
  if (preset?.details) parts.push(paragraphs(preset.details));
  const title = preset ? `Options of ${preset.name}:` : "Options:";
  const options = { ...(preset ?? command).options, ...COMMON };
  parts.push(`${heading(title)}\n${columns(rowsOf(options))}`);
  if (commands.length > 0) {
    parts.push(wrapped(`For more about a command: ${path} COMMAND --help`));
  }
  parts.push(wrapped(EXIT_CODES));
  if (examples.length > 0) {
    const lines = examples.map((each) => `  ${exampleAt(path, each)}`)
      .join("\n");
    parts.push(
      `${heading(examples.length > 1 ? "Examples:" : "Example:")}\n${lines}`,
    );
  }
  return parts.join("\n\n");
}

/** An example as it is typed here: after `wirekit`, if that is typed first. */
function exampleAt(path: string, example: string): string {
  const [, settings = "", program = "", rest = ""] =
    /^((?:[A-Z_]+=\S+ )*)(\S+)(.*)$/.exec(example) ?? [];
  const words = path.split(" ");
  const before = words.slice(0, Math.max(words.indexOf(program), 0));
  return settings + [...before, program].join(" ") + rest;
}

function usageOf(
  path: string,
  command: WholeCommand,
  heading: (text: string) => string,
): string {
  const { commands, fallback } = command;
  const lines: string[] = [];
  if (!commands) lines.push(synopsis(path, command));
  for (const each of commands ?? []) {
    const isPreset = each.name === fallback;
    const name = isPreset ? `[${each.name}]` : each.name;
    lines.push(synopsis(`${path} ${name}`, each));
  }
  return `${heading("Usage:")} ${lines.join("\n       ")}`;
}

function rowsOf(options: Options): [string, string][] {
  const shown = Object.entries(options).filter(([, each]) => !each.isHidden);
  return shown.map(([key, { short, value, help, many }]) => {
    const letter = short ? `-${short}, ` : "    ";
    const name = `${letter}${nameOf(key)}${value ? ` ${value}` : ""}`;
    return [name, many ? `${help}; may be repeated` : help];
  });
}

/** Two columns; what is long in the first pushes the second to its own line. */
function columns(rows: [string, string][]): string {
  const longest = Math.max(...rows.map(([left]) => left.length));
  const width = Math.min(longest, 26) + 4;
  return rows.map(([left, right]) => {
    const text = wrapped(right, width).trimStart();
    const start = `  ${left}`;
    return start.length > width - 2
      ? `${start}\n${" ".repeat(width)}${text}`
      : start.padEnd(width) + text;
  }).join("\n");
}

function paragraphs(text: string): string {
  return text.trim().split("\n\n").map((part) =>
    // Text in columns stays unchanged.
    part.startsWith("  ") ? part : wrapped(part)
  ).join("\n\n");
}

function wrapped(text: string, indent = 0): string {
  const margin = " ".repeat(indent);
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length + indent <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => margin + line).join("\n");
}
