// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The steps of a release, each by its name; `.github/workflows/release.yml` calls
 * them. Without `--publish` nothing leaves this machine, so that each can be
 * tried here.
 *
 *     deno task release check v0.1.0    # the tag, the versions and the changelog
 *     deno task release notes           # dist/notes.md, of the changelog
 *     deno task release jsr             # to JSR
 *     deno task release npm             # tarballs in dist/npm, to npm
 *     deno task release binaries        # for five systems, in dist/binaries
 *     deno task release image           # of the hub
 *     deno task release checksums       # dist/SHA256SUMS
 */

import { parseArgs } from "@std/cli/parse-args";
import { strays, versionOf } from "./version.ts";

const ROOT = new URL("../", import.meta.url);
const DIST = new URL("dist/", ROOT);

/** Where the image goes. */
const IMAGE = "ghcr.io/wirekit/hub";

/** The order in which npm gets the packages: first what others need. */
const ORDER = [
  "internal",
  "transport",
  "hub",
  "jsonrpc",
  "wsrpc",
  "openwebnet",
  "switchboard",
];

class StepError extends Error {}

const deno = Deno.execPath();

async function run(program: string, ...args: string[]): Promise<void> {
  print(`$ ${program === deno ? "deno" : program} ${args.join(" ")}`);
  let success = false;
  try {
    ({ success } = await new Deno.Command(program, { args, cwd: ROOT })
      .spawn().status);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StepError(`There is no ${program} here`);
  }
  if (!success) throw new StepError(`${program} ${args[0]} has failed`);
}

/** The part of the changelog about a version. */
async function notesOf(
  version: string,
): Promise<[title: string, text: string]> {
  const text = await Deno.readTextFile(new URL("CHANGELOG.md", ROOT));
  const parts = text.split(/^## /m).slice(1);
  const part = parts.find((part) => part.startsWith(version));
  if (!part) throw new StepError(`CHANGELOG.md has nothing about ${version}`);
  const [title = "", ...lines] = part.split("\n");
  return [title, lines.join("\n").trim()];
}

/** Refuses what would be a release of something else. */
async function check(publish: boolean, tag?: string): Promise<void> {
  const version = await versionOf();
  if (tag !== undefined && tag !== `v${version}`) {
    throw new StepError(`The tag is ${tag}, and the version ${version}`);
  }
  const others = await strays(version);
  if (others.length > 0) {
    throw new StepError(
      `Not everything is ${version}, see deno task version: ` +
        others.join("; "),
    );
  }
  const [title] = await notesOf(version);
  if (publish && title.includes("unreleased")) {
    throw new StepError(`CHANGELOG.md calls ${version} unreleased`);
  }
  print(`Everything is ${version}, and CHANGELOG.md has its changes`);
}

async function notes(): Promise<void> {
  const [, text] = await notesOf(await versionOf());
  await Deno.mkdir(DIST, { recursive: true });
  await Deno.writeTextFile(new URL("notes.md", DIST), `${text}\n`);
  print("dist/notes.md");
}

async function jsr(publish: boolean): Promise<void> {
  await run(
    deno,
    "publish",
    ...publish ? [] : ["--dry-run", "--allow-dirty", "--quiet"],
  );
}

async function npm(publish: boolean): Promise<void> {
  const version = await versionOf();
  await run(deno, "task", "--quiet", "pack");
  for (const folder of ORDER) {
    await run(
      "npm",
      "publish",
      `./dist/npm/wirekit-${folder}-${version}.tgz`,
      ...["--access", "public"],
      // Only GitHub can vouch for where it was made.
      ...publish ? ["--provenance"] : ["--dry-run"],
    );
  }
}

async function binaries(): Promise<void> {
  await run(
    deno,
    ...["task", "--quiet", "compile", "--all", "--output", "dist/binaries"],
  );
  const version = await versionOf();
  for (const name of await filesIn("binaries")) {
    // One that can be started keeps its mode in an archive only.
    if (name.endsWith(".tar.gz")) continue;
    const inside = name.endsWith(".exe") ? "wirekit.exe" : "wirekit";
    const target = name.replace(/^wirekit-|\.exe$/g, "");
    const archive = `wirekit-${version}-${target}.tar.gz`;
    const folder = new URL("binaries/", DIST).pathname;
    await Deno.rename(`${folder}${name}`, `${folder}${inside}`);
    await run("tar", "-C", folder, "-czf", `${folder}${archive}`, inside);
    await Deno.remove(`${folder}${inside}`);
  }
}

async function image(publish: boolean): Promise<void> {
  const tag = `${IMAGE}:${await versionOf()}`;
  const names = ["--tag", tag, "--tag", `${IMAGE}:latest`];
  await run("docker", "build", ...names, "examples/docker");
  if (publish) await run("docker", "push", "--all-tags", IMAGE);
}

async function checksums(): Promise<void> {
  const lines: string[] = [];
  for (const folder of ["binaries", "npm"]) {
    for (const name of await filesIn(folder)) {
      const bytes = await Deno.readFile(new URL(`${folder}/${name}`, DIST));
      const hash = await crypto.subtle.digest("SHA-256", bytes);
      lines.push(`${new Uint8Array(hash).toHex()}  ${name}`);
    }
  }
  if (lines.length === 0) {
    throw new StepError("dist/ has nothing to sum: make binaries or npm first");
  }
  const text = `${lines.join("\n")}\n`;
  await Deno.writeTextFile(new URL("SHA256SUMS", DIST), text);
  print(text.trim());
}

/** The files of a folder of dist/; none if there is no such folder. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const files = await Array.fromAsync(
      Deno.readDir(new URL(`${folder}/`, DIST)),
    );
    return files.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const steps: Record<
  string,
  (publish: boolean, word?: string) => Promise<void>
> = { check, notes, jsr, npm, binaries, image, checksums };

const { _: [step = "", word], publish } = parseArgs(Deno.args, {
  boolean: ["publish"],
});
const action = steps[step];
if (!action) {
  print(`Usage: deno task release STEP [--publish]`);
  print(`Steps: ${Object.keys(steps).join(", ")}`);
  Deno.exit(2);
}
try {
  await action(publish, word === undefined ? undefined : String(word));
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  print(`release ${step}: ${error.message}`);
  Deno.exit(1);
}
