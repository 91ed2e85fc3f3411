// Copyright 2026 the Wirekit authors. MIT license.

/** Certificates for tests, of this machine. */
const PEMS = new URL("../../transport/testdata/", import.meta.url).pathname;

/** Starts `switchboard mcp`, and reads its answers one by one. */
export function startBridge(url: string, ...options: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1,localhost"],
      "--allow-env",
      // What is loaded when it is asked for is a file here.
      `--allow-read=${new URL("../command", import.meta.url).pathname},${PEMS}`,
      new URL("../cli.ts", import.meta.url).pathname,
      ...["mcp", "--url", url, ...options],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const write = (text: string) => input.write(new TextEncoder().encode(text));
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return {
    child,
    write,
    say: (message: object) => write(`${JSON.stringify(message)}\n`),
    end: () => input.close(),
    stopReading: () => lines.cancel(),
    async next() {
      while (!rest.includes("\n")) {
        const { value, done } = await lines.read();
        if (done) return undefined;
        rest += value;
      }
      const at = rest.indexOf("\n");
      const line = rest.slice(0, at);
      rest = rest.slice(at + 1);
      return JSON.parse(line);
    },
  };
}

/** How an assistant begins. */
export const HELLO = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "assistant", version: "1.0.0" },
  },
};
