// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  bytes,
  choice,
  command,
  integer,
  port,
  printable,
  run,
  seconds,
  text,
  texts,
  toggle,
  UsageError,
} from "./command.ts";
import { NotConnectedError, RemoteError, TimeoutError } from "./errors.ts";

/** A program with each kind of option and operand. */
const DEMO = command({
  name: "demo",
  version: "1.2.3",
  summary: "Show what a command can do",
  fallback: "serve",
  examples: ["demo --port 8080", "demo call bot greet name=zoë"],
  commands: [
    command({
      name: "serve",
      summary: "Serve until Ctrl-C",
      options: {
        port: port("Port (1)", "p"),
        tcpPort: port("Another port"),
        allowOrigin: texts("URL", "Pages that may come in"),
        cert: text("FILE", "Certificate in PEM", { file: true }),
        log: choice("LEVEL", ["info", "warn"], "What to log"),
        maxMessage: bytes("Largest message"),
        idleTimeout: seconds("Longest silence"),
        lease: seconds("Time cut off", { between: [2, 60] }),
        clients: integer("N", "How many", { min: 1, max: 10 }),
        quiet: toggle("Say nothing", "q"),
      },
      run: ({ options }, { log }) => {
        log(JSON.stringify(options, (_, v) => v === Infinity ? "∞" : v));
        return Promise.resolve();
      },
    }),
    command({
      name: "call",
      summary: "Ask",
      operands: "TARGET ROUTE [KEY=VALUE…]",
      details: "A value that is JSON is sent as such.\n\n  a=1    one",
      options: { json: toggle("One line", "j"), url: text("URL", "Where") },
      run: ({ words, options }, { log }) => {
        log(JSON.stringify({ words, ...options }));
        return Promise.resolve(options.json ? 1 : 0);
      },
    }),
    command({
      name: "start",
      summary: "Start a program",
      operands: "[NAME [VALUE]]",
      startsProgram: true,
      run: ({ words, program }, { log }) => {
        log(JSON.stringify({ words, program }));
        return Promise.resolve();
      },
    }),
    command({
      name: "fail",
      summary: "Fail",
      operands: "HOW",
      run({ words: [how = ""] }) {
        const errors: Record<string, Error> = {
          remote: new RemoteError("not\x07 today"),
          usage: new UsageError("No"),
          gone: new NotConnectedError("Nobody is at ws://h"),
          late: new TimeoutError("No answer within 1 s"),
          file: new Deno.errors.NotFound("No such file"),
          other: new Error("Else"),
        };
        if (how === "host") {
          Deno.permissions.requestSync({ name: "net", host: "a b:80" });
        }
        throw errors[how];
      },
    }),
  ],
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function demo(...args: string[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run(DEMO, args, {
    log: (line) => void out.push(line),
    error: (line) => void err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

Deno.test("run() gives a command its options by kind", async () => {
  const nothing = { allowOrigin: [], quiet: false };
  const cases: [string[], object][] = [
    [[], nothing],
    [["serve"], nothing],
    [["-p", "0"], { ...nothing, port: 0 }],
    [["-p8080", "-q"], { ...nothing, port: 8080, quiet: true }],
    [["-p=1"], { ...nothing, port: 1 }],
    [["-qp", "1"], { ...nothing, port: 1, quiet: true }],
    [["--tcp-port=65535"], { ...nothing, tcpPort: 65535 }],
    [["--allow-origin", "a", "--allow-origin=b"], {
      ...nothing,
      allowOrigin: ["a", "b"],
    }],
    [["--cert=-x=y"], { ...nothing, cert: "-x=y" }],
    [["--cert", "-"], { ...nothing, cert: "-" }],
    [["--log", "warn"], { ...nothing, log: "warn" }],
    [["--max-message", "16MiB"], { ...nothing, maxMessage: 16 * 2 ** 20 }],
    [["--max-message", "500"], { ...nothing, maxMessage: 500 }],
    [["--idle-timeout", "1.5"], { ...nothing, idleTimeout: 1500 }],
    [["--idle-timeout", "never"], { ...nothing, idleTimeout: "∞" }],
    [["--clients", "10"], { ...nothing, clients: 10 }],
    [["serve", "-q", "--quiet"], { ...nothing, quiet: true }],
  ];
  for (const [args, options] of cases) {
    const { code, out, err } = await demo(...args);
    assertEquals([code, err], [0, ""], args.join(" "));
    assertEquals(JSON.parse(out), options);
  }
});

Deno.test("run() takes for a word what is no option", async () => {
  const words = async (...args: string[]) =>
    JSON.parse((await demo("call", ...args)).out).words;
  const cases = [
    ["a", "b", "-1", "-.5", "-", "--json=", "-1e3"],
    ["a", "b", "", "name=-x", "--", "--json", "-x", "--"],
    ["--", "-a", "-b"],
  ];
  assertEquals(await words(...cases[0]!.toSpliced(5, 1)), [
    "a",
    "b",
    "-1",
    "-.5",
    "-",
    "-1e3",
  ]);
  assertEquals(await words(...cases[1]!), [
    "a",
    "b",
    "",
    "name=-x",
    "--json",
    "-x",
    "--",
  ]);
  assertEquals(await words(...cases[2]!), ["-a", "-b"]);
  assertEquals((await demo("call", "a", "b", "-j")).code, 1);
  assertEquals(JSON.parse((await demo("start", "-1", "--", "-x", "--")).out), {
    words: ["-1"],
    program: ["-x", "--"],
  });
});

Deno.test("run() says in one sentence what is wrong with a call", async () => {
  const cases: [string[], string][] = [
    [["--port"], "--port needs a value: --port PORT"],
    [["-p"], "-p needs a value: -p PORT"],
    [["--port", "--quiet"], "--port needs a value: --port PORT"],
    [["--port", ""], "--port has an empty value: is the variable set that it"],
    [["--port="], "--port has an empty value"],
    [["--port", "x"], '--port has to be an integer from 0 to 65535, not "x"'],
    [["-p", "65536"], "--port has to be an integer from 0 to 65535"],
    [["-p", "-1"], 'from 0 to 65535, not "-1"'],
    [["-p", "0x10"], 'not "0x10"'],
    [["-p", "1", "--port", "2"], "--port is there twice"],
    [["--clients", "0"], "--clients has to be an integer from 1 to 10"],
    [["--log", "all"], '--log has to be info or warn, not "all"'],
    [["--idle-timeout", "0"], "give --idle-timeout never for no limit"],
    [["--idle-timeout", "x"], "has to be a number of seconds such as 2.5"],
    [["--idle-timeout", "NaN"], 'not "NaN"'],
    [["--lease", "0"], '--lease has to be from 2 to 60 seconds, not "0"'],
    [["--lease", "1.9"], '--lease has to be from 2 to 60 seconds, not "1.9"'],
    [["--lease", "61"], '--lease has to be from 2 to 60 seconds, not "61"'],
    [["--lease", "never"], 'a number of seconds such as 2.5, not "never"'],
    [["--max-message", "16MB"], 'such as 500000 or 16MiB, not "16MB"'],
    [["--quiet=yes"], "--quiet takes no value"],
    [["--prot", "1"], "There is no option --prot. Did you mean --port?"],
    [["--allow-orgin=x"], "Did you mean --allow-origin?"],
    [["--nonsense"], "There is no option --nonsense. See demo --help"],
    [["--url", "x"], "There is no option --url: it belongs to call"],
    [["-x"], "There is no option -x. See demo --help"],
    [["serve", "extra"], 'Unexpected argument "extra". Usage: demo serve [opt'],
    [["sreve"], 'There is no command "sreve". Did you mean serve?'],
    [["dance"], 'There is no command "dance". See demo --help'],
    [["toString"], 'There is no command "toString". See demo --help'],
    [["call"], "TARGET is missing. Usage: demo call TARGET ROUTE [KEY=VALUE…]"],
    [["call", "a"], "ROUTE is missing"],
    [["call", "a", "b", "--jsn"], "Did you mean --json?"],
    [["start", "a", "b", "c"], 'Unexpected argument "c"'],
    [["completion"], "bash|zsh|fish is missing"],
    [["completion", "csh"], 'There is no completion for "csh": bash, zsh'],
  ];
  for (const [args, words] of cases) {
    const { code, out, err } = await demo(...args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertStringIncludes(err, words);
    assert(err.startsWith("demo: ") && !err.includes("\n"), err);
  }
});

Deno.test("run() ends with the exit code of an error", async () => {
  const cases: [string, number, string][] = [
    ["remote", 1, "demo: not\\u0007 today"],
    ["usage", 2, "demo: No"],
    ["gone", 3, "demo: Nobody is at ws://h"],
    ["late", 4, "demo: No answer within 1 s"],
    ["file", 2, "demo: No such file"],
    ["other", 1, "demo: Else"],
    ["host", 2, 'demo: "a b" is neither a name nor an address of a machine'],
  ];
  for (const [how, code, err] of cases) {
    assertEquals(await demo("fail", how), { code, out: "", err });
  }
});

Deno.test("run() helps at every level", async () => {
  const { code, out } = await demo("--help");
  assertEquals(code, 0);
  assertEquals(
    out,
    `Show what a command can do.

Usage: demo [serve] [options]
       demo call TARGET ROUTE [KEY=VALUE…] [options]
       demo start [NAME [VALUE]] [-- PROGRAM [ARG…]]
       demo fail HOW
       demo completion bash|zsh|fish

Commands:
  serve       Serve until Ctrl-C
  call        Ask
  start       Start a program
  fail        Fail
  completion  Print the completion script for bash, zsh or fish

Options of serve:
  -p, --port PORT             Port (1)
      --tcp-port PORT         Another port
      --allow-origin URL      Pages that may come in; may be repeated
      --cert FILE             Certificate in PEM
      --log LEVEL             What to log
      --max-message BYTES     Largest message
      --idle-timeout SECONDS  Longest silence
      --lease SECONDS         Time cut off
      --clients N             How many
  -q, --quiet                 Say nothing
  -h, --help                  Show this help
  -V, --version               Show the version

For more about a command: demo COMMAND --help

Exit codes: 0 done, 1 an error or a negative answer, 2 wrong usage, 3 no
connection, 4 no answer in time, 130 stopped by Ctrl-C before the end.

Examples:
  demo --port 8080
  demo call bot greet name=zoë`,
  );
  for (const args of [["help"], ["-h"], ["--port", "1", "-h"]]) {
    assertEquals((await demo(...args)).out, out, args.join(" "));
  }
  const call = await demo("call", "--help");
  assertStringIncludes(call.out, "Usage: demo call TARGET ROUTE [KEY=VALUE…]");
  assertStringIncludes(call.out, "as such.\n\n  a=1    one\n\nOptions:\n");
  assertEquals(await demo("help", "call"), call);
  assertEquals(await demo("call", "a", "--help"), call);
  assertMatch((await demo("serve", "-h")).out, /^Serve until Ctrl-C\./);
  for (const args of [["--version"], ["-V"], ["call", "-V"]]) {
    assertEquals((await demo(...args)).out, "demo 1.2.3");
  }
});

Deno.test("run() takes a program as a command of another", async () => {
  const kit = command({
    name: "kit",
    version: "9.0.0",
    summary: "All",
    commands: [DEMO],
  });
  const ran = async (...args: string[]) => {
    const lines: string[] = [];
    const add = (line: string) => void lines.push(line);
    const code = await run(kit, args, { log: add, error: add });
    return [code, lines.join("\n")] as const;
  };
  assertEquals(await ran("demo", "-V"), [0, "demo 1.2.3"]);
  assertEquals(await ran("-V"), [0, "kit 9.0.0"]);
  assertEquals(await ran("demo", "fail", "late"), [
    4,
    "demo: No answer within 1 s",
  ]);
  assertMatch((await ran("demo", "call", "-h"))[1], /Usage: kit demo call/);
  assertMatch((await ran("demo", "-h"))[1], /\n {2}kit demo --port 8080\n/);
  assertMatch((await ran("help", "demo", "call"))[1], /Usage: kit demo call/);
  const [code, help] = await ran();
  assertEquals(code, 2);
  assertStringIncludes(help, "Usage: kit demo [COMMAND]\n");
  assertEquals(await ran("dmo"), [
    2,
    'kit: There is no command "dmo". Did you mean demo?',
  ]);
  assertEquals((await ran("--jso"))[0], 2);
  assertEquals(await ran("demo", "completion", "bash"), [
    2,
    'demo: There is no command "completion". See kit demo --help',
  ]);
});

Deno.test("printable() shows what would move a cursor, and leaves JSON as it is", () => {
  assertEquals(
    printable("a\n\tb\x1b[31m\x07\x7f\x9b"),
    "a\n\tb\\u001b[31m\\u0007\\u007f\\u009b",
  );
  assertEquals(printable("\u202egnp.exe"), "\\u202egnp.exe");
  assertEquals(printable("\u061ca\u200e\u200f"), "\\u061ca\\u200e\\u200f");
  const json = JSON.stringify({ "a\x9b": "ü\u202e\x00" });
  assertEquals(JSON.parse(printable(json)), JSON.parse(json));
});

Deno.test("run() names an option that the library finds fault with as the user has typed it", async () => {
  for (
    const [error, args, said] of [
      [
        new TypeError('allowedOrigins has "x", which is none'),
        ["--allow-origin=x"],
        '--allow-origin has "x", which is none',
      ],
      [
        new TypeError('allowedHosts has "x", which is none'),
        ["--allow-host=x"],
        '--allow-host has "x", which is none',
      ],
      [
        new TypeError('allowedAddresses has "x", which is none'),
        ["--allow-from=x"],
        '--allow-from has "x", which is none',
      ],
      [
        new RangeError("topicPrefix must be a start: got #"),
        ["--topic-prefix=#"],
        "--topic-prefix must be a start: got #",
      ],
      // Not what was typed, not what begins the sentence, not of this program.
      [
        new TypeError("topicPrefix must be a start"),
        [],
        "topicPrefix must be a start",
      ],
      [
        new TypeError("The topicPrefix must be a start"),
        ["--topic-prefix=#"],
        "The topicPrefix must be a start",
      ],
      [
        new RemoteError("topicPrefix must be a start"),
        ["--topic-prefix=#"],
        "topicPrefix must be a start",
      ],
    ] as const
  ) {
    const demo = command({
      name: "demo",
      summary: "Fail",
      options: {
        allowOrigin: texts("URL", "Pages"),
        allowHost: texts("NAME", "Names"),
        allowFrom: texts("CIDR", "Addresses"),
        topicPrefix: text("TOPIC", "Start"),
      },
      run: () => Promise.reject(error),
    });
    const errors: string[] = [];
    const terminal = { error: (line: string) => void errors.push(line) };
    await run(demo, args, terminal);
    assertEquals(errors, [`demo: ${said}`]);
  }
});

/** A group whose commands say when they are loaded. */
function lateGroup(loaded: string[]) {
  const late = (name: string, options = {}) => ({
    name,
    load() {
      loaded.push(name);
      return Promise.resolve(command({
        name,
        summary: `Do ${name}`,
        options,
        run: (_, { log }) => Promise.resolve(log(`${name} done`)),
      }));
    },
  });
  const broken = {
    name: "broken",
    load: () => Promise.reject(new TypeError("Module not found")),
  };
  const commands = [late("one"), late("two", { far: toggle("Far") })];
  const group = { name: "demo", summary: "Show", fallback: "one" };
  return {
    whole: command({ ...group, commands }),
    partly: command({ ...group, commands: [...commands, broken] }),
  };
}

Deno.test("run() loads a command when it is named, and no other", async () => {
  for (
    const [args, line, names] of [
      [["two"], "two done", ["two"]],
      [[], "one done", ["one"]],
      [["one"], "one done", ["one"]],
    ] as const
  ) {
    const loaded: string[] = [];
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    assertEquals(await run(lateGroup(loaded).partly, args, { log }), 0);
    assertEquals([lines, loaded], [[line], names]);
  }
});

Deno.test("run() loads all commands to list them, and to say whose an option is", async () => {
  for (
    const [args, text] of [
      [["--help"], "  two         Do two\n"],
      [["completion", "bash"], "'demo two --far'|--far"],
      [["one", "--far"], "There is no option --far: it belongs to two"],
    ] as const
  ) {
    const loaded: string[] = [];
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await run(lateGroup(loaded).whole, args, { log, error: log });
    assert(loaded.includes("one") && loaded.includes("two"), `${loaded}`);
    assertStringIncludes(lines.join("\n"), text.split("|").at(-1)!);
  }
});

Deno.test("run() says why a command cannot be loaded", async () => {
  const lines: string[] = [];
  const error = (line: string) => void lines.push(line);
  const { partly } = lateGroup([]);
  assertEquals(await run(partly, ["broken"], { log: error, error }), 2);
  assertEquals(lines, ["demo: Module not found"]);
});
