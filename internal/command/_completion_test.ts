// Copyright 2026 the Wirekit authors. MIT license.

/** Completion in the shells themselves, of those that this machine has. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { choice, command, port, run, text, toggle } from "../command.ts";

const HUB = command({
  name: "hub",
  summary: "Be the hub",
  commands: [
    command({
      name: "serve",
      summary: 'Serve what\'s there: "all"',
      operands: "[FILE]",
      options: {
        tcpPort: port("Port"),
        cert: text("FILE", "It's a file: PEM", { file: true }),
        log: choice("LEVEL", ["info", "warn"], "What to log"),
        quiet: toggle("Say nothing", "q"),
      },
    }),
    command({
      name: "call",
      summary: "Ask",
      operands: "TARGET",
      options: { port: port("Port", "p") },
    }),
  ],
  fallback: "serve",
});
const KIT = command({
  name: "kit",
  version: "1.0.0",
  summary: "All",
  commands: [
    HUB,
    command({
      name: "home",
      summary: "Home",
      operands: "on|off|N% WHERE… [left|FILE]",
    }),
  ],
});

/** What is typed before Tab, and what can follow. */
const CASES: [string[], string[]][] = [
  [["h"], ["hub", "home"]],
  [[""], ["hub", "home", "completion"]],
  [["hub", ""], ["serve", "call"]],
  [["hub", "--"], [
    "--tcp-port",
    "--cert",
    "--log",
    "--quiet",
    "--help",
    "--version",
  ]],
  [["hub", "serve", "--q"], ["--quiet"]],
  [["hub", "call", "--"], ["--port", "--help", "--version"]],
  [["hub", "serve", "--log", ""], ["info", "warn"]],
  [["hub", "serve", "-q", "--log", "w"], ["warn"]],
  [["hub", "call", "--port", ""], []],
  [["hub", "call", "-p", ""], []],
  [["hub", "serve", "--cert", "one"], ["one.pem"]],
  [["hub", "serve", "one"], ["one.pem"]],
  [["hub", "call", "one"], []],
  [["home", "o"], ["on", "off", "one.pem"]],
  [["home", "l"], ["left"]],
  [["completion", ""], ["bash", "zsh", "fish"]],
];

async function script(shell: string): Promise<string> {
  const lines: string[] = [];
  await run(KIT, ["completion", shell], {
    log: (line) => void lines.push(line),
  });
  return lines.join("\n");
}

/** Runs a program of a shell in a folder with one file, if there is that shell. */
async function output(shell: string, program: string): Promise<string> {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/one.pem`, "");
    await Deno.writeTextFile(`${cwd}/kit`, program);
    const { stdout, stderr } = await new Deno.Command(shell, {
      args: [`${cwd}/kit`],
      cwd,
      env: { HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd },
    }).output();
    const text = new TextDecoder();
    assertEquals(text.decode(stderr), "");
    return text.decode(stdout);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

function exists(shell: string): boolean {
  try {
    new Deno.Command(shell, { args: ["-c", ":"] }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/** Words as bash, zsh and fish read them alike. */
function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** How each shell is asked what can follow. */
const QUESTIONS: Record<string, (words: string[]) => string> = {
  bash: (words) => `
COMP_WORDS=(kit ${quoted(words)}); COMP_CWORD=${words.length}
_kit_completion
echo "\${COMPREPLY[@]}"`,
  // zsh completes on its command line only: what stands for its own parts says
  // what they were given.
  zsh: (words) => `
words=(kit ${quoted(words)}); CURRENT=${words.length + 1}
PREFIX=${quoted(words.slice(-1))}; found=()
_kit
echo "\${found[@]}"`,
  fish: (words) => `
echo (complete -C "kit ${words.join(" ")}" | string replace -r '\\t.*' '')`,
};

const ZSH_PARTS = `
add() { for each in "$@"; do [[ $each == $PREFIX* ]] && found+=($each); done }
compdef() { }
_describe() { local -a all; all=("\${(@P)2}"); add "\${(@)all%%:*}"; }
_files() { add *(N.); }
compadd() { shift; add "$@"; }
`;

for (const shell of Object.keys(QUESTIONS)) {
  Deno.test({
    name: `completion ${shell} completes in ${shell}`,
    ignore: !exists(shell),
    async fn() {
      const start = shell === "zsh" ? ZSH_PARTS : "";
      const questions = CASES.map(([words]) => QUESTIONS[shell]!(words));
      const program = [start, await script(shell), ...questions].join("\n");
      const lines = (await output(shell, program)).trimEnd().split("\n");
      for (const [i, [words, expected]] of CASES.entries()) {
        const found = (lines[i] ?? "").split(" ").filter((word) =>
          // zsh and fish have the names of the files of this test as well.
          word !== "" && word !== "kit"
        );
        assertEquals(found.sort(), expected.toSorted(), words.join(" "));
      }
    },
  });
}

Deno.test("completion describes each command and option in zsh and fish", async () => {
  assertStringIncludes(await script("zsh"), "'--cert:It'\\''s a file: PEM'");
  assertStringIncludes(await script("fish"), "-d 'It\\'s a file: PEM'");
});
