// Copyright 2026 the Wirekit authors. MIT license.

/** Lines to paste: how programs join this hub, and how one request is made. */
import { membersOf, oneLine } from "./json_text.ts";

/** A hub, as programs reach it. */
export interface Place {
  /** Its page, such as `http://127.0.0.1:13254`. */
  readonly page: string;
  /** Its WebSocket, such as `ws://127.0.0.1:13254`. */
  readonly url: string;
  /** Whether it asks for a token. */
  readonly locked: boolean;
}

/** A call to write down. */
export interface Call {
  readonly to: string;
  readonly route: string;
  /** Its data as JSON; `{}` where it is not known. */
  readonly data: string;
}

/** Some lines in one language. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** Returns where programs reach the hub whose page this is. */
export function placeOf(
  { origin, protocol, host }: Pick<Location, "origin" | "protocol" | "host">,
  locked: boolean,
): Place {
  const scheme = protocol === "https:" ? "wss" : "ws";
  return { page: origin, url: `${scheme}://${host}`, locked };
}

/** Returns how a program joins. */
export function waysToJoin(place: Place): Snippet[] {
  const { url, page, locked } = place;
  const token = locked ? 'token: Deno.env.get("WIREKIT_TOKEN")' : "";
  const options = (token: string) =>
    token ? `{\n  url: "${url}",\n  ${token},\n}` : `{ url: "${url}" }`;
  return [
    {
      title: "Python",
      text: `# pip install winerp "websockets<14"
import asyncio, ${locked ? "os, " : ""}winerp

bot = winerp.Client(${pythonArguments("bot", place)})${pythonUri("bot", place)}

@bot.route
async def greet(source, name="you"):
    return f"hello {name}, says {source}"

async def main():
    await bot.start()
    await asyncio.Event().wait()

asyncio.run(main())`,
    },
    {
      title: "Deno",
      text: `// deno run --allow-net${locked ? " --allow-env" : ""} bot.ts
import { Client } from "jsr:@wirekit/hub/client";

const bot = new Client("bot", ${options(token)});
bot.route("greet", ({ name }, { source }) => \`hello \${name}, says \${source}\`);
await bot.ready();`,
    },
    {
      title: "JavaScript",
      text: `// npx jsr add @wirekit/hub && node bot.mjs
import { Client } from "@wirekit/hub/client";

const bot = new Client("bot", ${
        options(locked ? "token: process.env.WIREKIT_TOKEN" : "")
      });
bot.route("greet", ({ name }, { source }) => \`hello \${name}, says \${source}\`);
await bot.ready();`,
    },
    {
      title: "curl",
      text: `# curl takes no name: it asks those who have one
${curlOf({ to: "bot", route: "greet", data: '{"name":"you"}' }, place)}

# who is here
curl ${secret(place)}${page}/api/clients`,
    },
  ];
}

/** Returns how a request is made from elsewhere. */
export function waysToCall(call: Call, place: Place): Snippet[] {
  return [
    { title: "hub call", text: commandOf(call, place) },
    { title: "Python", text: pythonOf(call, place) },
    { title: "TypeScript", text: typeScriptOf(call, place) },
    { title: "curl", text: curlOf(call, place) },
  ];
}

function commandOf({ to, route, data }: Call, { url, locked }: Place): string {
  const name = /^-/.test(to) ? `-- ${shell(to)}` : shell(to);
  return `${
    locked ? 'WIREKIT_TOKEN="$TOKEN" ' : ""
  }hub call --url ${url} --data ${shell(oneLine(data))} ${name} ${
    shell(route)
  }`;
}

function pythonOf({ to, route, data }: Call, place: Place): string {
  const members = membersOf(data);
  const plain = members.every(([key]) =>
    /^[A-Za-z_]\w*$/.test(key) && !PYTHON_WORDS.has(key)
  );
  const values = plain
    ? members.map(([key, value]) => `, ${key}=${python(value)}`).join("")
    : `, **json.loads(${pythonText(oneLine(data))})`;
  return `import asyncio, json, ${place.locked ? "os, " : ""}winerp

me = winerp.Client(${pythonArguments("me", place)})${pythonUri("me", place)}

async def main():
    await me.start()
    await me.wait_until_ready()
    print(await me.request(${pythonText(route)}, source=${
    pythonText(to)
  }${values}))

asyncio.run(main())`;
}

function typeScriptOf({ to, route, data }: Call, place: Place): string {
  const { url, locked } = place;
  const options = [
    `url: ${JSON.stringify(url)}`,
    ...(locked ? ['token: Deno.env.get("WIREKIT_TOKEN")'] : []),
  ].join(", ");
  return `import { Client } from "jsr:@wirekit/hub/client";

await using me = new Client("me", { ${options} });
await me.connect();
console.log(await me.request(${JSON.stringify(to)}, ${JSON.stringify(route)}, ${
    script(data)
  }));`;
}

function curlOf({ to, route, data }: Call, place: Place): string {
  const body = JSON.stringify({ to, route, data: oneLine(data) });
  return `curl ${secret(place)}-H "content-type: application/json" ` +
    `-H "x-wirekit-proof: curl" -d ${shell(body)} ${place.page}/api/request`;
}

function secret({ locked }: Place): string {
  return locked ? '-H "authorization: Bearer $TOKEN" ' : "";
}

function pythonArguments(name: string, { url, locked }: Place): string {
  const { hostname, port, protocol } = new URL(url);
  const number = port || (protocol === "wss:" ? "443" : "80");
  const host = locked
    ? `, host=f"bot:{os.environ['WIREKIT_TOKEN']}@${hostname}"`
    : /^(127\.0\.0\.1|localhost)$/.test(hostname)
    ? ""
    : `, host="${hostname}"`;
  return `"${name}"${host}, port=${number}`;
}

/** winerp knows no TLS: its client gets the whole URL by hand. */
function pythonUri(client: string, { url, locked }: Place): string {
  if (!url.startsWith("wss:")) return "";
  const token = locked ? " + \"/?token=\" + os.environ['WIREKIT_TOKEN']" : "";
  return `\n${client}.uri = "${url}"${token}`;
}

/** Words that Python does not take for the name of an argument. */
const PYTHON_WORDS = new Set(
  ("False None True and as assert async await break class continue def del " +
    "elif else except finally for from global if import in is lambda nonlocal " +
    "not or pass raise return try while with yield route source timeout self")
    .split(" "),
);

/** JSON as Python writes it; what is not a plain value is read from its text. */
function python(json: string): string {
  if (/^[-\d]/.test(json)) return json;
  if (json.startsWith('"')) return pythonText(JSON.parse(json));
  const word = { true: "True", false: "False", null: "None" }[json];
  return word ?? `json.loads(${pythonText(json)})`;
}

/** A text that Python reads as JSON does, but for half a pair of surrogates. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}

/** JSON as TypeScript: an integer that a number cannot hold is a bigint. */
function script(data: string): string {
  return oneLine(data).replace(
    /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g,
    (token) =>
      /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))
        ? `${token}n`
        : token,
  );
}

/** A word for a shell of Unix. */
function shell(text: string): string {
  return /^[\w.:/@%+=,-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
