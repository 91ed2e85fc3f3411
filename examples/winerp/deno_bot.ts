// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A bot in Deno that talks with the one in Python.
 *
 *     deno run --allow-net examples/winerp/deno_bot.ts [PORT]
 */

import { Client } from "@wirekit/hub/client";

/** The methods of the bot in Python. */
interface PythonBot {
  mention(data: { user_id: bigint }): string;
}

const { args: [port = "13254"] } = Deno;
const ipc = new Client("deno-bot", { url: `ws://127.0.0.1:${port}` });

ipc.route("fetch_user", ({ user_id }, { source }) => {
  return { name: "Zoë", id: user_id, asked_by: source };
});

await ipc.connect();
const pythonBot = ipc.remote<PythonBot>("python-bot");
// Discord ids are larger than a JavaScript number can hold: use a bigint.
const mention = await pythonBot.mention({
  user_id: 175928847299117063n,
});
print(`python-bot answers: ${mention}`);
await ipc.inform("deno-bot is here", "python-bot");

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
