// Copyright 2026 the Wirekit authors. MIT license.

/** The packages of this workspace, as their `deno.json` files describe them. */

/** The root of the repository. */
export const ROOT: URL = new URL("../", import.meta.url);

/**
 * What fixes the versions of the peers from npm. They are not in the lock of the
 * root: Deno downloads all that a lock has, for whatever it runs.
 */
export const PEERS_LOCK: string = `--lock=${
  new URL("tests/interop/deno.lock", ROOT).pathname
}`;

/** A member of the workspace. */
export interface Member {
  /** Its folder, such as `hub`. */
  folder: string;
  /** Its name, such as `@wirekit/hub`. */
  name: string;
  /** Its version. */
  version: string;
  /** Its public files by entry, such as `./client` → `./client.ts`. */
  exports: Record<string, string>;
}

/** All members, in the order of the root `deno.json`. */
export const MEMBERS: readonly Member[] = await readMembers();

/** Those that people import: all but the floor below them. */
export const PACKAGES: readonly Member[] = MEMBERS.filter(({ folder }) =>
  folder !== "internal"
);

async function readMembers(): Promise<Member[]> {
  const { workspace }: { workspace: string[] } = await readJson("deno.json");
  return await Promise.all(workspace.map(async (folder) => ({
    folder,
    ...await readJson<Omit<Member, "folder">>(`${folder}/deno.json`),
  })));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, ROOT)));
}
