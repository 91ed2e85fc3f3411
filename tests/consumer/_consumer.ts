// Copyright 2026 the Wirekit authors. MIT license.

/** Somebody who has nothing but Deno and a registry. */

import { deadline } from "@std/async/deadline";
import { dirname, join } from "node:path";
import { ROOT } from "../_packages.ts";
import { type Package, Registry } from "./_registry.ts";

/** How long one command may take, downloads included. */
const PATIENCE = 120_000;

/** What a command has said. */
export interface Output {
  /** Its exit code. */
  code: number;
  /** What it has written to its output. */
  stdout: string;
  /** What it has written to its error output. */
  stderr: string;
}

async function run(
  args: string[],
  options: Deno.CommandOptions,
): Promise<Output> {
  const child = new Deno.Command(Deno.execPath(), {
    ...options,
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const { code, stdout, stderr } = await deadline(child.output(), PATIENCE);
    const [out = "", err = ""] = [stdout, stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    return { code, stdout: out, stderr: err };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function publish(registry: Registry, cwd: string): Promise<void> {
  const { code, stderr } = await run([
    "publish",
    "--token=x",
    "--no-provenance",
    // The tree may have changes while it is worked on. What is published is
    // the same; that a clean tree needs no flag, `.ci/run` shows.
    "--allow-dirty",
  ], { cwd, env: { JSR_URL: registry.url, NO_COLOR: "1" } });
  if (code !== 0) throw new Error(`Cannot publish ${cwd}: ${stderr}`);
}

let published: Promise<ReadonlyMap<string, Package>> | undefined;

/**
 * Publishes all packages, and the stand-ins of `links/` in place of `@std`, into
 * an empty registry, once for all tests of a file.
 *
 * @returns What the registry then holds, by name.
 */
export function publishAll(): Promise<ReadonlyMap<string, Package>> {
  return published ??= (async () => {
    await using registry = new Registry();
    await publish(registry, ROOT.pathname);
    const links = new URL("links/", ROOT);
    for await (const { name, isDirectory } of Deno.readDir(links)) {
      if (!isDirectory) continue;
      const copy = await Deno.makeTempDir();
      const folder = new URL(`${name}/`, links);
      for await (const file of Deno.readDir(folder)) {
        await Deno.copyFile(new URL(file.name, folder), join(copy, file.name));
      }
      await Deno.copyFile(new URL("LICENSE", ROOT), join(copy, "LICENSE"));
      await publish(registry, copy);
      await Deno.remove(copy, { recursive: true });
    }
    return registry.packages;
  })();
}

/** An empty folder, an empty cache, and a registry with all packages. */
export class Consumer implements AsyncDisposable {
  /** Where the commands run. */
  readonly folder: string;
  readonly #registry: Registry;
  readonly #home: string;

  private constructor(home: string, packages: ReadonlyMap<string, Package>) {
    this.#home = home;
    this.folder = join(home, "work");
    this.#registry = new Registry(packages);
  }

  /**
   * Starts with nothing.
   *
   * @returns The consumer.
   */
  static async arrive(): Promise<Consumer> {
    const packages = await publishAll();
    const consumer = new Consumer(await Deno.makeTempDir(), packages);
    await Deno.mkdir(consumer.folder);
    return consumer;
  }

  /** Where `deno install --global` puts its commands. */
  get bin(): string {
    return join(this.#home, "install", "bin");
  }

  /** How a command is started here. */
  get options(): Deno.CommandOptions {
    return {
      cwd: this.folder,
      env: {
        DENO_DIR: join(this.#home, "cache"),
        DENO_INSTALL_ROOT: join(this.#home, "install"),
        DENO_NO_PROMPT: "1",
        DENO_NO_UPDATE_CHECK: "1",
        JSR_URL: this.#registry.url,
        NO_COLOR: "1",
        PATH: [dirname(Deno.execPath()), this.bin, Deno.env.get("PATH")]
          .join(":"),
      },
    };
  }

  /**
   * Runs `deno` to its end.
   *
   * @param args Its arguments.
   * @returns What it has said. Rejects if its exit code is not 0.
   */
  async deno(...args: string[]): Promise<Output> {
    const output = await run(args, this.options);
    if (output.code === 0) return output;
    throw new Error(`deno ${args.join(" ")}: ${output.stdout}${output.stderr}`);
  }

  /** Removes the folder, the cache and the registry. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    await Deno.remove(this.#home, { recursive: true });
  }
}
