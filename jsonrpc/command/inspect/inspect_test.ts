// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { run } from "@wirekit/internal/command";
import { jsonrpc } from "../_commands.ts";
import { type Entry, paramsOf, paramsOfSchema, wordsOf } from "./_entry.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const SERVERS =
  new URL("../../testdata/inspected.ts", import.meta.url).pathname;
const PATIENCE = 60_000;

const DENO = [Deno.execPath(), "run", "--quiet", "--no-prompt"];

/** The command line of the inspector and what it starts. */
function lineOf(server: string, ...flags: string[]): string[] {
  const rights = ["--allow-read", "--allow-run", "--allow-net=127.0.0.1"];
  const inspect = [...DENO, ...rights, CLI, "inspect"];
  if (server.includes(":")) return [...inspect, ...flags, server];
  return [...inspect, ...flags, "--", ...DENO, SERVERS, server];
}

/** Pipes lines into the inspector. */
async function piped(lines: string[], server: string, ...flags: string[]) {
  const [program = "", ...args] = lineOf(server, ...flags);
  const child = new Deno.Command(program, {
    args,
    cwd: new URL("../../testdata/", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.close();
  const { code, stdout, stderr } = await deadline(child.output(), PATIENCE);
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("wordsOf() leaves JSON in one piece, and quotes as a shell does", () => {
  const cases: [string, string[]][] = [
    ["", []],
    ["  sum  1 -2 ", ["sum", "1", "-2"]],
    ['f {"a": [1, 2]} 3', ["f", '{"a": [1, 2]}', "3"]],
    [`f 'two words' "a \\" b" c`, ["f", "two words", '"a \\" b"', "c"]],
    [`f {"it's": "a } b"} x`, ["f", `{"it's": "a } b"}`, "x"]],
    ["f text='two words' x=''", ["f", "text=two words", "x="]],
    ["f '' ]", ["f", "", "]"]],
    ["f 'open", ["f", "open"]],
  ];
  for (const [line, words] of cases) assertEquals(wordsOf(line), words, line);
});

Deno.test("paramsOf() takes all at once, by name, or one after another", () => {
  const params = paramsOfSchema({
    properties: { n: { type: "number" }, text: { type: "string" } },
    required: ["text"],
  });
  assertEquals(params.map(({ name }) => name), ["text", "n"]);
  const entry: Entry = { name: "f", params, byName: true };
  assertEquals(paramsOf([], entry), undefined);
  assertEquals(paramsOf(['{"text":"5"}'], entry), { text: "5" });
  assertEquals(paramsOf(["5", "6"], entry), { text: "5", n: 6 });
  assertEquals(paramsOf(["n=6", "text=[x"], entry), { n: 6, text: "[x" });
  assertEquals(paramsOf(["5", "[1]"], undefined), [5, [1]]);
  assertEquals(paramsOf(["a=b c"], { ...entry, byName: false }), {
    a: "b c",
  });
});

Deno.test("inspect calls the lines that are piped in, and tells of each failure", async () => {
  const { code, out } = await piped([
    "sum 1 2",
    "sum",
    "summ 1",
    "fail",
    ".again 1",
    ".history",
    ".again 9",
    ".methods su",
    ".notify log 5",
    ".traffic",
    "sum x=2 y=2",
    ".nonsense",
  ], "plain");
  assertEquals(code, 1);
  for (
    const words of [
      "  sum(x: number, y: number)\n      Adds two numbers\n",
      "\n3\nsum needs x, y: sum X Y\n",
      "error -32601: Method not found. Did you mean sum?",
      'error 7: no luck\n{"why":"bad day"}',
      "← told ",
      '>> {"jsonrpc":"2.0","method":"sum","id":',
      '"params":{"x":2,"y":2}}\n<< {"jsonrpc":"2.0"',
      "There is no call 9: see .history",
      "There is no .nonsense. See .help",
    ]
  ) assertStringIncludes(out, words);
  assert(/^1 {2}sum \[1,2\] → 3 \(\d+ ms\)$/m.test(out), out);
});

Deno.test("inspect shows what passes over HTTP, as it is", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { id } = await request.json();
      return new Response(`{"jsonrpc":"2.0","id":${id},  "result":1.0}`);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const { out } = await piped([".traffic", "sum"], url);
  assertStringIncludes(out, '>> {"jsonrpc":"2.0","method":"sum"');
  assertStringIncludes(out, ',  "result":1.0}\n1.0\n');
});

Deno.test("inspect --mcp says hello, and calls tools by their names", async () => {
  const { code, out } = await piped(
    [
      "count hello",
      "count text='two words'",
      "prompts/greet name=zoë",
      "resources/read file:///a",
    ],
    "mcp",
    "--mcp",
  );
  assertEquals(code, 0, out);
  for (
    const words of [
      "letters 1.0.0 speaks MCP 2025-06-18\nCounts things",
      "  count({ text: string, loud?: boolean })\n      Counts the letters",
      "\n5 letters\n",
      "← warning: counted",
      "\n9 letters\n",
      "hello zoë",
      '"uri":"file:///a"',
    ]
  ) assertStringIncludes(out, words);
});

Deno.test("inspect --lsp says hello, shows files, and says goodbye", async () => {
  const { code, out, err } = await piped(
    [
      "hover inspected.txt 2 3",
      "definition inspected.txt 1 1",
      "documentSymbol inspected.txt",
      "completion inspected.txt 1 1",
      "hover none.txt 1 1",
    ],
    "lsp",
    "--lsp",
  );
  assertEquals(code, 1);
  for (
    const words of [
      "todo is a language server",
      "  textDocument/hover({ file: string, line: integer, column: integer })",
      "← inspected.txt:2:1: Still to do",
      "at 1:2 of plaintext",
      "\ninspected.txt:3:5\n",
      "\nouter  line 1\n  inner  in it  line 2\n",
      "\nword  a noun\n",
      "none.txt",
    ]
  ) assertStringIncludes(out, words);
  assertStringIncludes(err, "shutdown exit");
});

Deno.test("inspect --lsp reads files only, of a size, and counts places from 1", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/large.txt`, "a".repeat(5_000_000));
  const pipe = `${folder}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const { code, out } = await piped(
    [
      "documentSymbol none.txt",
      "documentSymbol .",
      "documentSymbol /dev/zero",
      `documentSymbol ${pipe}`,
      `documentSymbol ${folder}/large.txt`,
      "hover inspected.txt 0 1",
      "hover inspected.txt 1 -1",
      "hover inspected.txt 1.5 1",
      "hover inspected.txt 1 2147483649",
      "hover inspected.txt 2 3",
    ],
    "lsp",
    "--lsp",
  );
  await Deno.remove(folder, { recursive: true });
  assertEquals(code, 1);
  for (
    const words of [
      "\nThere is no file none.txt\n",
      "\n. is a folder, not a file\n",
      "\n/dev/zero is a device or a pipe, no file\n",
      `\n${pipe} is a device or a pipe, no file\n`,
      "/large.txt is larger than 4 MiB\n",
      "\nline has to be a whole number from 1, not 0\n",
      "\ncolumn has to be a whole number from 1, not -1\n",
      "\nline has to be a whole number from 1, not 1.5\n",
      "\ncolumn has to be a whole number from 1, not 2147483649\n",
      "at 1:2 of plaintext",
    ]
  ) assertStringIncludes(out, words);
});

/** Runs a command with a program that answers each method as a script says. */
async function answering(
  answers: Record<string, string>,
  lines: string[],
  ...words: string[]
) {
  const script = `
    const answers = ${JSON.stringify(answers)};
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
    let rest = "";
    for await (const part of lines) {
      const [last, ...whole] = (rest + part).split("\\n").reverse();
      rest = last;
      for (const line of whole.reverse()) {
        const { id, method } = JSON.parse(line);
        if (id === undefined || method === undefined) continue;
        const [, kind, levels] = /^(result|data|told)(\\d+)$/.exec(method) ?? [];
        const deep = "[".repeat(levels ?? 0) + "]".repeat(levels ?? 0);
        const data = '"error":{"code":7,"message":"deep","data":' + deep + "}";
        const result = answers[method] ?? JSON.stringify(method);
        const outcome = kind === "result"
          ? '"result":' + deep
          : kind === "data"
          ? data
          : '"result":' + result;
        if (kind === "told") {
          console.log('{"jsonrpc":"2.0","method":"told","params":' + deep + "}");
        }
        if (method === "stray") {
          console.log('{"jsonrpc":"2.0","id":"x","result":6}');
        }
        console.log('{"jsonrpc":"2.0","id":' + id + "," + outcome + "}");
      }
    }`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      CLI,
      ...words,
      "--",
      Deno.execPath(),
      "eval",
      script,
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.close();
  const { code, stdout, stderr } = await deadline(child.output(), PATIENCE);
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("inspect and discover say what of a list of methods cannot be read", async () => {
  const methods = '{"methods":[null,{"name":"ping"},{"name":"a","params":{}}]}';
  const odd = { "rpc.discover": methods };
  const inspect = await answering(odd, ["ping"], "inspect");
  assertEquals(inspect.code, 0, inspect.err);
  for (
    const words of [
      "The params of one method cannot be read: it has no form. One entry",
      "  ping()\n  a()\n",
      '\n"ping"\n',
    ]
  ) assertStringIncludes(inspect.out, words);
  const discover = await answering(odd, [], "discover");
  assertEquals(discover.code, 0);
  assertStringIncludes(discover.out, "  ping(): nothing\n  a(): nothing");
  assertStringIncludes(discover.err, "One entry is no method: it is left out.");
  for (const none of ["null", "[]", '{"methods":{}}', "5"]) {
    const answers = { "rpc.discover": none };
    const shown = await answering(answers, [], "discover");
    assertEquals([shown.code, shown.out], [1, ""], none);
    assertStringIncludes(shown.err, "is no OpenRPC document");
    const { code, out } = await answering(answers, ["ping"], "inspect");
    assertEquals(code, 0);
    assertStringIncludes(out, "is no OpenRPC document: it has no list of");
  }
});

Deno.test("inspect --mcp lives with lists of any shape, and with those without an end", async () => {
  const tool = '{"name":"t","inputSchema":{"required":5,"properties":{}}}';
  const { code, out } = await answering(
    {
      initialize:
        '{"capabilities":{"tools":{},"prompts":1},"serverInfo":[null]}',
      "tools/list": `{"tools":[null,${tool},{"name":"u","inputSchema":5}],` +
        '"nextCursor":"1"}',
      "prompts/list": '{"prompts":[{"name":"p","arguments":[null]}]}',
    },
    ["prompts/p"],
    "inspect",
    "--mcp",
  );
  assertEquals(code, 0, out);
  for (
    const words of [
      "The server speaks MCP",
      "There are more tools than the",
      "entries are no tools",
      "The params of one prompt cannot be read",
    ]
  ) assertStringIncludes(out, words);
  for (const strange of ["null", "5", '{"capabilities":7}']) {
    const answers = { initialize: strange };
    const shown = await answering(answers, ["x"], "inspect", "--mcp");
    assertEquals(shown.code, 0, shown.err);
    assertStringIncludes(shown.out, "The server speaks MCP");
  }
});

Deno.test("inspect tells of an answer that is of no call", async () => {
  const { out } = await answering({}, ["stray", "even"], "inspect");
  const words = '… An answer has come whose id belongs to no call: "x"';
  assertStringIncludes(out, `${words}\n"stray"\n"even"\n`);
});

Deno.test("inspect lives with what is nested too deeply", async () => {
  const lines = [2_000, 3_000, 4_000, 20_000, 100_000].flatMap((levels) =>
    ["result", "data", "told"].flatMap((kind) => [
      `${kind}${levels}`,
      `after_${kind}${levels}`,
    ])
  );
  const { code, out, err } = await answering({}, lines, "inspect");
  assertEquals(err, "");
  for (const line of lines) {
    if (line.startsWith("after")) assertStringIncludes(out, `"${line}"`);
  }
  assert(!out.includes("call stack"), out.slice(-2_000));
  assertEquals(code, 1);
});

Deno.test("inspect refuses what makes no sense", async () => {
  const both = await piped([], "plain", "--lsp", "--mcp");
  assertEquals([both.code, both.out], [2, ""]);
  assertStringIncludes(both.err, "two protocols");
  const err: string[] = [];
  const error = (line: string) => void err.push(line);
  const http = ["inspect", "--mcp", "http://127.0.0.1:1/mcp"];
  assertEquals(await run(jsonrpc, http, { error }), 2);
  assertStringIncludes(err.join(), "needs a connection that lasts");
  const wrong = await piped([], "plain", "--mcp");
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.err, "error -32601: Method not found. Is it");
  const plain = await piped([], "lsp", "--timeout", "1");
  assertEquals(plain.code, 0);
  assertStringIncludes(plain.out, "Language servers need --lsp");
  const silent = await piped([], "silent", "--mcp", "--timeout", "1");
  assertEquals(silent.code, 4);
});

/** Types into the inspector on a terminal, each text after what it waits for. */
async function typed(
  steps: [RegExp, string][],
  server: string,
  ...flags: string[]
): Promise<string> {
  const line = lineOf(server, ...flags).map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", line, "/dev/null"],
    env: { TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  let [text, seen] = ["", 0];
  let news = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (
      const part of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      // deno-lint-ignore no-control-regex -- what a terminal is told
      text += part.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, "");
      news.resolve();
      news = Promise.withResolvers();
    }
  })();
  try {
    for (const [words, keys] of steps) {
      for (;;) {
        const { index } = words.exec(text.slice(seen)) ?? {};
        if (index !== undefined) {
          seen += index + 1;
          break;
        }
        await deadline(news.promise, PATIENCE);
      }
      await writer.write(new TextEncoder().encode(keys));
    }
    await deadline(reading, PATIENCE);
  } catch (error) {
    throw new Error(`The terminal shows ${text}`, { cause: error });
  } finally {
    await writer.close().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await reading;
  }
  return text;
}

const hasScript = await new Deno.Command("script", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "inspect on a terminal completes, asks for params, and has a history",
  ignore: !hasScript,
  async fn() {
    const text = await typed([
      [/\.help for help[^]*> /, "su\t"],
      [/sum/, "\r"],
      [/x: number: /, "4\r"],
      [/y: number: /, "many\r"],
      [/y has to be a number/, ""],
      [/y: number: /, "5\r"],
      [/\n9[^]*> /, "\x1b[A"], // The form is not in the history, its method is.
      [/sum/, "\r"],
      [/x: number: /, "1\x03"], // Gives up the form.
      [/> /, "slow\r"],
      [/slow\r/, ""],
      [/← begun/, "\x03"], // Gives up the call.
      [/Given up[^]*> /, ".traffic\r"],
      [/shown/, ""],
      [/> /, "sum 1\x1b[D\x03"], // Drops what is typed.
      [/sum 1[^]*\n> /, "slow\x15\x03"], // Ends: the line is empty.
    ], "plain");
    assertStringIncludes(text, "Adds two numbers");
  },
});

Deno.test({
  name: "inspect shows nothing of another end that a terminal would obey",
  ignore: !hasScript,
  async fn() {
    const text = await typed(
      [
        [/\.help for help[^]*> /, "a\t\t"],
        [/a/, "\x15ask\r"],
        [/\\u001b.*: /, "x\r"],
        [/← told[^]*> /, "\x03"],
      ],
      "hostile",
      "--mcp",
    );
    for (const obeyed of ["\x1b]", "\x07"]) {
      assert(!text.includes(obeyed), JSON.stringify(text));
    }
    assertStringIncludes(text, "\\u001b]0;owned\\u0007");
  },
});
