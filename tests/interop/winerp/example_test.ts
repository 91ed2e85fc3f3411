// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { PATIENCE } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";
import { startHub } from "./_hub.ts";

const FOLDER = new URL("../../../examples/winerp/", import.meta.url);

/** A program of the example, read line by line. */
class Program implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(program: string, args: string[]) {
    this.#child = new Deno.Command(program, { args, stdout: "piped" }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await deadline(this.#lines.read(), PATIENCE);
      if (done) throw new Error(`The program has ended: ${this.#text}`);
      this.#text += value;
    }
    const [line = "", ...rest] = this.#text.split("\n");
    this.#text = rest.join("\n");
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#lines.cancel();
    await this.#child.status;
  }
}

/** What the README of the example says that a bot prints. */
function printed(readme: string, index: number): string[] {
  const [, text = ""] = [...readme.matchAll(/```text\n(.*?)```/gs)][index] ??
    [];
  return text.trimEnd().split("\n");
}

Deno.test("The example's bots in Python and Deno talk as its README says", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", FOLDER));
  const file = (name: string) => new URL(name, FOLDER).pathname;
  await using hub = await startHub();

  await using python = new Program(pythonOf("winerp"), [
    file("python_bot.py"),
    `${hub.port}`,
  ]);
  const [ready, ...talk] = printed(readme, 1);
  assertEquals(await python.line(), ready);
  await using deno = new Program(Deno.execPath(), [
    "run",
    "--allow-net",
    file("deno_bot.ts"),
    `${hub.port}`,
  ]);
  for (const line of printed(readme, 0)) assertEquals(await deno.line(), line);
  for (const line of talk) assertEquals(await python.line(), line);
});
