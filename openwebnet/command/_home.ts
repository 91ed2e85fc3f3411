// Copyright 2026 the Wirekit authors. MIT license.

/** How the commands use a home: names in place of targets. */

import {
  closest,
  FileError,
  readBeside,
  readFile,
  UsageError,
} from "@wirekit/internal/command";
import {
  type Home,
  type HomeGateway,
  type HomeItem,
  type HomeKind,
  isName,
  parseHome,
} from "../home.ts";
import type { FoundItem } from "../inventory.ts";

/** The file that is read unless the user names another. */
export const HOME_FILE = "home.json";

/** The home that the user means, and its file. */
export interface HomeOf {
  readonly home: Home;
  readonly file: string;
}

/**
 * Reads the home. Without `--home` it is the file in the current folder, which
 * may be missing or unreadable unless `isNeeded`.
 */
export async function readHome(
  file: string | undefined,
  isNeeded: boolean,
): Promise<HomeOf | undefined> {
  const path = file ?? HOME_FILE;
  if (file === undefined && !isNeeded) {
    const { state } = await Deno.permissions.query({ name: "read", path });
    if (state !== "granted") return undefined;
  }
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    if (file === undefined && isMissing(error)) return undefined;
    throw error;
  }
  try {
    return { home: parseHome(text), file: path };
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UsageError(`${path}: ${error.message}`);
    }
    throw error;
  }
}

/** Whether a file cannot be read because it is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof FileError &&
    error.cause instanceof Deno.errors.NotFound;
}

/** A target of a command: as it was typed, or what a name stands for. */
export interface Target
  extends Partial<Pick<HomeItem, "gateway" | "seconds" | "kind">> {
  /** As the user writes it: for a meter, its number. */
  readonly target: string;
}

/** A device in the words of the commands and of a home. */
export interface Wanted {
  readonly kind: HomeKind;
  readonly target: string;
}

/** The kind of each device, and how many digits to drop from its WHERE. */
const KINDS: Partial<Record<FoundItem["kind"], [HomeKind, number]>> = {
  light: ["light", 0],
  dimmer: ["light", 0],
  automation: ["shutter", 0],
  zone: ["zone", 0],
  meter: ["meter", 1],
  "stop & go": ["breaker", 1],
  amplifier: ["amplifier", 0],
  scene: ["scene", 0],
  contact: ["contact", 1],
  auxiliary: ["auxiliary", 0],
};

/** Names a found device as the commands do, if any of them can address it. */
export function wantedOf({ kind, where }: FoundItem): Wanted | undefined {
  const [name, digits] = KINDS[kind] ?? [];
  return name && { kind: name, target: where.slice(digits) };
}

/** Finds the targets that the words of a command stand for. */
export async function targetsOf(
  words: readonly string[],
  kind: HomeKind | readonly HomeKind[],
  file: string | undefined,
): Promise<Target[]> {
  if (!words.some(isName)) return words.map((target) => ({ target }));
  const found = await readHome(file, true);
  const kinds = [kind].flat();
  return words.map((word) => targetOf(word, kinds, found));
}

function targetOf(
  word: string,
  kinds: readonly HomeKind[],
  found: HomeOf | undefined,
): Target {
  if (!isName(word)) return { target: word };
  const item = itemOf(word, found);
  if (kinds.includes(item.kind)) return item;
  throw new UsageError(
    `"${word}" is of kind ${item.kind}, not ${kinds.join(" or ")}`,
  );
}

/** Finds what a name stands for. */
export function itemOf(word: string, found: HomeOf | undefined): HomeItem {
  if (found === undefined) {
    throw new UsageError(
      `"${word}" is not a target, and there is no ${HOME_FILE} to define it. ` +
        "Write one with openwebnet setup",
    );
  }
  const { home, file } = found;
  const item = home.names[word];
  if (item !== undefined) return item;
  const near = closest(word, Object.keys(home.names));
  const hint = near === undefined ? "" : `. Did you mean ${near}?`;
  throw new UsageError(`There is no "${word}" in ${file}${hint}`);
}

/**
 * Finds the gateway that the user means: the one that is named, the one that
 * all targets are behind, or the first.
 */
export function gatewayOf(
  found: HomeOf | undefined,
  name: string | undefined,
  targets: readonly Target[],
): HomeGateway | undefined {
  const wanted = new Set(targets.map(({ gateway }) => gateway));
  wanted.delete(undefined);
  if (name !== undefined) wanted.add(name);
  if (wanted.size > 1) {
    throw new UsageError(
      "One command can use only one gateway, but these targets and options " +
        `name several: ${[...wanted].join(", ")}`,
    );
  }
  if (found === undefined) {
    if (name === undefined) return undefined;
    throw new UsageError(`There is no ${HOME_FILE} with a gateway ${name}`);
  }
  const { gateways } = found.home;
  const [asked = Object.keys(gateways)[0]] = wanted;
  if (asked === undefined) return undefined;
  const gateway = gateways[asked];
  if (gateway !== undefined) return gateway;
  throw new UsageError(`There is no gateway ${asked} in ${found.file}`);
}

/** Reads the password of a gateway of a home. */
export async function passwordIn(
  file: string,
  { passwordFile }: HomeGateway,
): Promise<string | undefined> {
  if (passwordFile === undefined) return undefined;
  return await readBeside(file, "passwordFile", passwordFile);
}
