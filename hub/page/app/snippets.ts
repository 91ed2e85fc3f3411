// Copyright 2026 the Wirekit authors. MIT license.

/** Lines to paste: how programs join this hub, and how one request is made. */
import type { HubReport } from "../../watch/reports/hub.ts";
import { isObject, membersOf, oneLine } from "../../../pages/app/json_text.ts";

/** A hub, as programs reach it. */
export interface Place {
  /** Its page without the last slash, such as `http://127.0.0.1:13254`. */
  readonly page: string;
  /** Its WebSocket, such as `ws://127.0.0.1:13254` or `wss://a.example/hub/`. */
  readonly url: string;
  /** Whether it asks for a token. */
  readonly locked: boolean;
  /** The protocols that it speaks, such as `winerp` and `JSON-RPC`. */
  readonly protocols: readonly string[];
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

/**
 * Returns where programs reach the hub whose page this is. Behind a proxy, that
 * may be below a path.
 */
export function placeOf(
  { origin, pathname }: Pick<Location, "origin" | "pathname">,
  report: Partial<Pick<HubReport, "lock" | "protocols">> = {},
): Place {
  const { lock, protocols = [] } = report;
  const path = pathname.slice(0, pathname.lastIndexOf("/"));
  const page = `${origin}${path}`;
  const url = page.replace(/^http/, "ws") + (path && "/");
  return { page, url, locked: lock !== "open", protocols };
}

/** Where a door of the hub takes WebSockets. */
function socketOf({ page }: Place, path: string): string {
  return `${page.replace(/^http/, "ws")}${path}`;
}

/** Whether a hub has a door for a protocol. */
function speaks({ protocols }: Place, protocol: string): boolean {
  return protocols.includes(protocol);
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
      text: `// npx -y jsr add @wirekit/hub && node bot.mjs
import { Client } from "@wirekit/hub/client";

const bot = new Client("bot", ${
        options(locked ? "token: process.env.WIREKIT_TOKEN" : "")
      });
bot.route("greet", ({ name }, { source }) => \`hello \${name}, says \${source}\`);
await bot.ready();`,
    },
    ...speaks(place, "JSON-RPC")
      ? [{
        title: "JSON-RPC",
        text: `// Any JSON-RPC 2.0 program, such as a page without a library
const bot = new WebSocket("${socketOf(place, "/jsonrpc?name=bot")}"${
          protocolsOf(place)
        });
bot.onmessage = ({ data }) => {
  const { id, method, params } = JSON.parse(data);
  if (id === undefined || method === undefined) return;
  const answer = method === "greet"
    ? { result: \`hello \${params.name}\` }
    : { error: { code: -32601, message: "Route not found" } };
  bot.send(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
};`,
      }]
      : [],
    ...speaks(place, "wsrpc")
      ? [{
        title: "wsrpc",
        text: `// With @wsrpc/client in a page
const bot = new WSRPC("${socketOf(place, "/wsrpc/?name=bot")}${
          tokenQuery(place)
        }");
bot.addRoute("greet", ({ name }) => \`hello \${name}\`);
bot.connect();`,
      }]
      : [],
    ...speaks(place, "MCP")
      ? [{
        title: "MCP",
        text: `// In the settings of an AI assistant: it asks, and has no name
${
          JSON.stringify(
            {
              mcpServers: {
                hub: {
                  type: "http",
                  url: `${page}/mcp`,
                  ...(locked &&
                    { headers: { Authorization: "Bearer TOKEN" } }),
                },
              },
            },
            null,
            2,
          )
        }`,
      }]
      : [],
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
  const add = (title: string, is: boolean, write: typeof curlOf): Snippet[] =>
    is ? [{ title, text: write(call, place) }] : [];
  // winerp, and a tool, take keyword arguments only.
  const isNamed = isObject(call.data);
  return [
    ...add("hub call", isNamed, commandOf),
    ...add("Python", isNamed, pythonOf),
    ...add("TypeScript", isNamed, typeScriptOf),
    ...add("curl", true, curlOf),
    ...add("JSON-RPC", speaks(place, "JSON-RPC"), jsonRpcOf),
    ...add("wsrpc", speaks(place, "wsrpc"), wsrpcOf),
    ...add("MCP", isNamed && speaks(place, "MCP"), mcpOf),
  ];
}

/** `POST /jsonrpc`, which every JSON-RPC client could send by WebSocket. */
function jsonRpcOf({ to, route, data }: Call, place: Place): string {
  const text = oneLine(data);
  const isPlain = /^[[{]/.test(text) && to !== "$";
  const method = isPlain ? `${encodeURIComponent(to)}/${route}` : "hub.request";
  const params = isPlain ? text : requestOf({ to, route, data });
  const body = `{"jsonrpc":"2.0","id":1,"method":${
    JSON.stringify(method)
  },"params":${params}}`;
  return post(`${place.page}/jsonrpc`, body, place);
}

function requestOf({ to, route, data }: Call): string {
  return `{"to":${JSON.stringify(to)},"route":${JSON.stringify(route)},` +
    `"data":${oneLine(data)}}`;
}

/** With `@wsrpc/client` in a page. */
function wsrpcOf(call: Call, place: Place): string {
  const { to, route, data } = call;
  const isPlain = to !== "hub";
  const name = encodeURIComponent(to).replaceAll(".", "%2E");
  const method = isPlain ? `${name}.${route}` : "hub.request";
  const params = isPlain ? oneLine(data) : requestOf(call);
  return `const rpc = new WSRPC(${
    JSON.stringify(socketOf(place, "/wsrpc/?name=me") + tokenQuery(place))
  });
rpc.connect();
console.log(await rpc.call(${JSON.stringify(method)}, ${params}));`;
}

/** The command line of the official inspector; assistants do the same. */
function mcpOf({ to, route, data }: Call, { page, locked }: Place): string {
  const header = locked ? ' --header "Authorization: Bearer $TOKEN"' : "";
  const given = membersOf(data).map(([key, value]) =>
    ` --tool-arg ${shell(`${key}=${value}`)}`
  );
  return `npx -y @modelcontextprotocol/inspector --cli ${page}/mcp ` +
    `--transport http${header} --method tools/call ` +
    `--tool-name ${shell(`${encodeURIComponent(to)}/${route}`)}${
      given.join("")
    }`;
}

function post(url: string, body: string, place: Place): string {
  return `curl ${secret(place)}-H "content-type: application/json" -d ${
    shell(body)
  } ${shell(url)}`;
}

/** A page cannot send a header: it shows its token as a subprotocol. */
function protocolsOf({ locked }: Place): string {
  return locked ? ', ["winerp", "bearer.TOKEN"]' : "";
}

function tokenQuery({ locked }: Place): string {
  return locked ? "&token=TOKEN" : "";
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
  if (speaks(place, "HTTP")) {
    const path = `${encodeURIComponent(to)}/${encodeURIComponent(route)}`;
    return post(`${place.page}/call/${path}`, oneLine(data), place);
  }
  const body = JSON.stringify({ to, route, data: oneLine(data) });
  return `curl ${secret(place)}-H "content-type: application/json" ` +
    `-H "x-wirekit-proof: curl" -d ${shell(body)} ${place.page}/api/request`;
}

function secret({ locked }: Place): string {
  return locked ? '-H "authorization: Bearer $TOKEN" ' : "";
}

function pythonArguments(name: string, { url, locked }: Place): string {
  const { hostname, port, protocol, pathname } = new URL(url);
  const number = port || (protocol === "wss:" ? "443" : "80");
  // Stock winerp puts its port between the host and the end of its URL.
  const end = pathname === "/" ? number : `"${number}${pathname}"`;
  const host = locked
    ? `, host=f"bot:{os.environ['WIREKIT_TOKEN']}@${hostname}"`
    : /^(127\.0\.0\.1|localhost)$/.test(hostname)
    ? ""
    : `, host="${hostname}"`;
  return `"${name}"${host}, port=${end}`;
}

/** winerp knows no TLS: its client gets the whole URL by hand. */
function pythonUri(client: string, { url, locked }: Place): string {
  if (!url.startsWith("wss:")) return "";
  const slash = url.endsWith("/") ? "" : "/";
  const token = locked
    ? ` + "${slash}?token=" + os.environ['WIREKIT_TOKEN']`
    : "";
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
