// Copyright 2026 the Wirekit authors. MIT license.

/**
 * `deno task demo` with a real Python and its page in Chromium: what it prints to
 * paste is run as it is printed.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { PATIENCE, until } from "../../_driver.ts";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { installPython } from "../../_python.ts";
import { CHROMIUM_ARGS, chromiumPath } from "../wsrpc/_page.ts";

const PYTHON = await installPython(new URL("./", import.meta.url));

/** The version that the demo's line means is the newest. */
const INSPECTOR = "@modelcontextprotocol/inspector@0.17.2";

async function paste(line: string): Promise<string> {
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      line.replace(
        "npx -y @modelcontextprotocol/inspector",
        `npx -y ${INSPECTOR}`,
      ),
    ],
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

async function openPage(url: string): Promise<AsyncDisposable> {
  const profile = await Deno.makeTempDir();
  const browser = new Deno.Command(await chromiumPath(), {
    args: [...CHROMIUM_ARGS, `--user-data-dir=${profile}`, url],
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      browser.kill("SIGKILL");
      await browser.status;
      await Deno.remove(profile, { recursive: true });
    },
  };
}

Deno.test("deno task demo has a bot in Python and a page, and each line that it prints works", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  await using demo = new Program(Deno.execPath(), {
    args: [...tasks.demo.command.split(" ").slice(1), "--port", "0"],
    cwd: ROOT,
    env: { NO_COLOR: "1", PYTHON },
  });
  const [, page] = await demo.says(/A page in it: (\S+)/);
  await demo.says(/Ctrl-C ends all/);
  const lines = demo.text.split("\n").filter((line) =>
    /^ {2}(curl|npx) /.test(line)
  );
  const lineOf = (part: string) =>
    lines.find((line) => line.includes(part)) ?? "";
  /** Runs a line until whom it asks is there. */
  const answerOf = async (part: string) => {
    let answer = "";
    await until(async () => {
      answer = await paste(lineOf(part));
      return answer !== "" && !answer.includes("-32020");
    });
    return answer;
  };

  assertEquals(await answerOf("/home/light.on"), "null");
  assertMatch(await answerOf("/good.night"), /kitchen light off/);
  assertEquals(
    await answerOf("/bot/greet"),
    '"Hello curl, says a bot in Python"',
  );
  // The bot asks the tool, which speaks JSON-RPC.
  assertEquals(await answerOf("/bot/add"), "3");
  await using _page = await openPage(page!);
  assertEquals(await answerOf("/page/show"), "true");
  const { tools } = JSON.parse(await paste(lineOf("npx")));
  const names = tools.map(({ name }: { name: string }) => name);
  for (const name of ["bot/greet", "tool/sum", "home/light.on"]) {
    assert(names.includes(name), name);
  }

  await using shell = new Program("bash", {
    args: ["-c", `exec ${lineOf("curl -N")}`],
  });
  await shell.says(/event: ready/);
  const url = lineOf("/home/light.on").replace("home/light.on", "shell/hello");
  const asked = paste(url);
  const [, id] = await shell.says(/"id":"([^"]+)"/);
  await paste(lineOf("/answer/ID").replace("ID", id!));
  assertEquals(await deadline(asked, PATIENCE), '"hi"');

  assert(!demo.text.includes("no bot in Python"), demo.text);
  assertEquals((await demo.stop()).code, 0, demo.text);
});
