// Copyright 2026 the Wirekit authors. MIT license.

/** What holds of the house as a whole: see CONTRIBUTING.md. */

import { assert, assertEquals } from "@std/assert";
import {
  circlesOf,
  type Documented,
  repeatedLines,
  type Sizes,
  sizesOf,
  type Source,
  sourcesOf,
  symbolsOf,
  textOf,
  type TypeText,
} from "./_house.ts";
import { MEMBERS, PACKAGES, ROOT } from "./_packages.ts";

/** Most entries over all packages. */
const MAX_ENTRIES = 60;

/** Most files in a folder, about. */
const MAX_FILES = 26;

/** Words that have another in this kit, and that one. */
const OTHER_WORDS: Record<string, string> = {
  caCerts: "tls: { ca }",
  cert: "tls: { cert }",
  key: "tls: { key }",
  commandTimeout: "timeout",
  concurrency: "maxHandlers",
  eventTimeout: "timeout",
  exposeError: "exposeErrors",
  heartbeatInterval: "heartbeat: { interval }",
  heartbeatTimeout: "heartbeat: { timeout }",
  idle: "idleTimeout",
  keepalive: "heartbeat",
  maxPending: "maxInFlight",
  maxRunning: "maxHandlers",
  maxSilence: "heartbeat: { timeout }",
  minRetryDelay: "reconnect: { minDelay }",
  maxRetryDelay: "reconnect: { maxDelay }",
  maxBytes: "maxInboxBytes, or what the bytes are of",
  maxQueueBytes: "maxQueuedBytes, or maxWaitingBytes for one's own calls",
  onConnect: "onOpen",
  openTimeout: "connectTimeout",
  origins: "allowedOrigins",
  pingTimeout: "heartbeat: { timeout }",
  retry: "reconnect",
  retryDelay: "reconnect: { minDelay }",
  silence: "heartbeat: { interval }",
  verifyTimeout: "handshakeTimeout",
};

/** Options that have one type wherever they stand: of a function, all of it. */
const ONE_TYPE = [
  "allowedOrigins",
  "authorize",
  "connectTimeout",
  "exposeErrors",
  "handshakeTimeout",
  "hostname",
  "idleTimeout",
  "logger",
  "maxConnections",
  "maxHandlers",
  "maxInFlight",
  "maxInboxBytes",
  "maxMessageBytes",
  "maxOutboxBytes",
  "maxSentBytes",
  "maxWaitingBytes",
  "maxQueuedBytes",
  "onOpen",
  "port",
  "protocols",
  "reconnect",
  "signal",
  "tcpPort",
  "timeout",
  "transport",
  "unixPath",
];

const AUTHORIZE =
  "(Request, RequestInfo) => Promise<Response | State | false> | Response | State | false";
const ON_OPEN = "(Peer<Remote>) => unknown";

/** Types that say the same in the words of a package, or more, and why. */
const SAME_TYPE: Record<string, string> = {
  // The state of a client of the hub is its pass; without one its token decides.
  "(Request, RequestInfo) => Pass | Promise<Pass | Response | false> | Response | false":
    AUTHORIZE,
  // A method of JSON-RPC may ask for a subprotocol, and whether it is HTTP.
  "(Request, Handshake & RequestInfo) => Promise<Response | State | false> | Response | State | false":
    AUTHORIZE,
  // A codec of JSON-RPC may write bytes.
  "(AbortSignal) => Promise<Transport | Transport<Uint8Array<ArrayBuffer>>>":
    "(AbortSignal) => Promise<Transport>",
  // What is open has the types of its package; that of a small client is less.
  "(Caller<Remote>) => unknown": ON_OPEN,
  "(MiniCaller) => unknown": ON_OPEN,
  "(Peer<C, State>) => unknown": ON_OPEN,
  // The errors of wsrpc have a type, which a function can choose.
  "((unknown, string) => ErrorBody) | boolean": "boolean",
};

/**
 * What is in the options that are groups. Those for a server's TLS have no
 * `ca`; over TCP, `true` trusts what the system does.
 */
const MEMBERS_OF: Record<string, string[]> = {
  heartbeat: ["interval", "timeout"],
  reconnect: [
    ...["minDelay", "maxDelay", "minUptime", "maxAttempts"],
    ...["shouldRetry", "signal", "onState"],
  ],
  tls: ["ca", "cert", "key"],
};

/** Numbers that are a time, by their names. */
const TIME_REGEXP = /(timeout|interval|delay|uptime|expiry|window)$/i;

/** A timer of the platform; that of a socket of Node is another thing. */
const TIMER_REGEXP =
  /(?<!socket\.)\b(setTimeout|setInterval|AbortSignal\.timeout)\(/;

const packages = new Map<string, Source[]>();
for (const { folder } of MEMBERS) {
  packages.set(folder, await sourcesOf(folder));
}

/** The programs of the pages, and what they share. */
const pages = new Map<string, Source[]>();
for (const folder of await pageFolders()) {
  pages.set(folder, await sourcesOf(folder));
}

/** The folders that `deno check` leaves to `deno task page`. */
async function pageFolders(): Promise<string[]> {
  const settings = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { exclude }: { exclude: string[] } = JSON.parse(settings);
  return exclude.filter((folder) => folder.endsWith("/app"));
}

/** Each option of a public type, such as `hub: ServeOptions.port`. */
async function optionsOf(): Promise<
  {
    where: string;
    name: string;
    type: string;
    tsType: TypeText | undefined;
    doc: string;
  }[]
> {
  const found = [];
  for (const member of PACKAGES) {
    for (const { name: type, declarations } of await symbolsOf(member)) {
      for (const declaration of declarations) {
        if (!takesOptions(type, declaration)) continue;
        for (const property of declaration.def.properties ?? []) {
          found.push({
            where: `${member.folder}: ${type}.${property.name}`,
            name: property.name,
            type: textOf(property.tsType),
            tsType: property.tsType,
            doc: property.jsDoc?.doc ?? "",
          });
        }
      }
    }
  }
  return found;
}

function takesOptions(
  name: string,
  { kind }: Documented["declarations"][number],
): boolean {
  return kind === "interface" &&
    /(Options|Limits|Heartbeat|Profile|Reconnect|Times)$/.test(name);
}

for (const [folder, sources] of [...packages, ...pages]) {
  Deno.test(`${folder} has no circle among its files, types counted`, () => {
    assertEquals(circlesOf(sources), []);
  });

  Deno.test(`${folder} has at most ${MAX_FILES} files in a folder`, () => {
    const folders = Object.groupBy(
      sources,
      ({ path }) => path.slice(0, path.lastIndexOf("/") + 1),
    );
    for (const [wing, files = []] of Object.entries(folders)) {
      assert(files.length <= MAX_FILES, `${folder}/${wing}: ${files.length}`);
    }
  });
}

/** What the table of CONTRIBUTING.md says that a package measures now. */
function writtenSizes(table: string, folder: string): Record<string, number> {
  const [, cells = ""] = new RegExp(`^\\| \`${folder}\` *\\|(.*)\\|$`, "m")
    .exec(table) ?? [];
  const numbers = cells.replaceAll(",", "").split("|")
    .map((cell) => Number(cell.split("→")[1]));
  const [folders, files, fullest, floors, circles, entries, symbols, lines] =
    numbers;
  return {
    folders,
    files,
    fullest,
    floors,
    circles,
    entries,
    symbols,
    lines,
  } as Record<keyof Sizes, number>;
}

Deno.test("CONTRIBUTING.md says how large the house is, within 5 % and two", async () => {
  const table = await Deno.readTextFile(new URL("CONTRIBUTING.md", ROOT));
  const found: string[] = [];
  for (const member of MEMBERS) {
    const written = writtenSizes(table, member.folder);
    for (const [size, now] of Object.entries(await sizesOf(member))) {
      const far = Math.abs(now - written[size]!);
      if (far <= Math.max(2, now / 20)) continue;
      found.push(`${member.folder} has ${now} ${size}, not ${written[size]}`);
    }
  }
  assertEquals(found, [], "Run deno task sizes");
});

Deno.test("No file but the clock arms a timer of the platform", () => {
  const found: string[] = [];
  for (const [folder, sources] of [...packages, ...pages]) {
    for (const { path, text } of sources) {
      if (folder === "internal" && /^(clock|testing)\.ts$/.test(path)) continue;
      text.split("\n").forEach((line, index) => {
        if (/^ *(\*|\/\/)/.test(line)) return;
        if (!TIMER_REGEXP.test(line)) return;
        found.push(`${folder}/${path}:${index + 1}`);
      });
    }
  }
  assertEquals(found, []);
});

Deno.test(`All packages have at most ${MAX_ENTRIES} entries`, () => {
  // Each door of the switchboard is one, so that nobody loads another.
  const entries = MEMBERS.filter(({ folder }) => folder !== "switchboard")
    .flatMap(({ exports }) => Object.keys(exports));
  assert(entries.length <= MAX_ENTRIES, `There are ${entries.length}`);
});

Deno.test("No two packages share more than twelve lines of logic", () => {
  assertEquals(repeatedLines(packages), []);
});

Deno.test("One idea has one word in the options of all packages", async () => {
  const found = (await optionsOf())
    .filter(({ name }) => Object.hasOwn(OTHER_WORDS, name))
    .map(({ where, name }) => `${where}: say ${OTHER_WORDS[name]}`);
  assertEquals(found, []);
});

Deno.test("Each time is in milliseconds, and says so", async () => {
  const found = (await optionsOf())
    .filter(({ name, type, doc }) =>
      TIME_REGEXP.test(name) && type.includes("number") &&
      !/millisecond/i.test(doc)
    ).map(({ where }) => where);
  assertEquals(found, []);
});

Deno.test("One word has one type in the options of all packages", async () => {
  const options = await optionsOf();
  const found: string[] = [];
  for (const word of ONE_TYPE) {
    const types = Map.groupBy(
      options.filter(({ name }) => name === word),
      ({ type }) => {
        const given = type.replaceAll(/ \| undefined\b/g, "");
        return SAME_TYPE[given] ?? given;
      },
    );
    if (types.size < 2) continue;
    const all = [...types].map(([type, [first]]) => `${first!.where}: ${type}`);
    found.push(all.join("; "));
  }
  assertEquals(found, []);
});

Deno.test("A group of options has the same members in all packages", async () => {
  const symbols = (await Promise.all(MEMBERS.map((each) => symbolsOf(each))))
    .flat();
  const namesIn = (type: TypeText): string[] => {
    const { kind, value } = type;
    if (kind === "union") return (value as TypeText[]).flatMap(namesIn);
    const { properties, typeName, typeParams = [] } = Object(value);
    if (properties) return properties.map(({ name }: { name: string }) => name);
    if (!typeName) return [];
    const inner: string[] = typeParams.flatMap(namesIn);
    const named = symbols.filter(({ name }) => name === typeName)
      .flatMap(({ declarations }) => declarations)
      .flatMap(({ def }) => def?.properties ?? [])
      .map(({ name }) => name);
    return [...inner, ...named];
  };
  const found: string[] = [];
  for (const { where, name, tsType } of await optionsOf()) {
    const members = tsType && MEMBERS_OF[name];
    if (!members) continue;
    const names = new Set(namesIn(tsType));
    const isServer = name === "tls" && !names.has("ca");
    const wanted = new Set(members.slice(isServer ? 1 : 0));
    if (names.symmetricDifference(wanted).size === 0) continue;
    found.push(`${where}: ${[...names]}`);
  }
  assertEquals(found, []);
});
