// Copyright 2026 the Wirekit authors. MIT license.

/** The house as it stands: what its files import, and what that makes of it. */

import { type Member, ROOT } from "./_packages.ts";

/** A file of a package. */
export interface Source {
  /** Its path in the package, such as `wire/frame.ts`. */
  path: string;
  /** All of it. */
  text: string;
  /** The modules that it imports, types too, as it names them. */
  imports: string[];
  /** Those of which it needs more than types, so when it is loaded. */
  loads: string[];
}

/** What a package measures. */
export interface Sizes {
  /** Folders with code: the package's own and its wings. */
  folders: number;
  /** Files, without tests. */
  files: number;
  /** Files in the fullest folder. */
  fullest: number;
  /** The longest chain of files, each of which imports the next. */
  floors: number;
  /** Groups of files that import each other, types counted. */
  circles: number;
  /** What a user can import. */
  entries: number;
  /** Names that all entries export. */
  symbols: number;
  /** Lines, comments among them. */
  lines: number;
}

const SPECIFIER_REGEXP =
  /^(?:import|export|\})(?:[^"'`;]*? from)? "([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
const TYPES_REGEXP = /^(?:import|export) type [^;]*;$/gm;

/** What is a program of its own, with its own settings: a page. */
const APART_REGEXP = /(^|\/)page\/app$/;

/** The modules in a folder and in its wings. */
async function* filesOf(home: URL, wing = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(wing, home))) {
    if (isDirectory) {
      if (APART_REGEXP.test(wing + name) || name === "testdata") continue;
      yield* filesOf(home, `${wing}${name}/`);
    } else if (/\.tsx?$/.test(name)) yield wing + name;
  }
}

/**
 * Reads the files of a package, or of the program of a page, but for tests.
 *
 * @param folder The folder of the package, or of the program.
 * @param root The checkout.
 * @returns The files, by path.
 */
export async function sourcesOf(
  folder: string,
  root: URL = ROOT,
): Promise<Source[]> {
  const sources: Source[] = [];
  const home = new URL(`${folder}/`, root);
  for await (const path of filesOf(home)) {
    if (/_(test|bench|test_util|fake_time)\.ts$/.test(path)) continue;
    const text = await Deno.readTextFile(new URL(path, home));
    // An example in a comment imports as well; it is nothing to the package.
    const code = text.replaceAll(/^ *\/?\*.*$/gm, "");
    const imports = specifiersOf(code);
    const loads = specifiersOf(code.replaceAll(TYPES_REGEXP, ""));
    sources.push({ path, text, imports, loads });
  }
  return sources.sort((a, b) => a.path < b.path ? -1 : 1);
}

function specifiersOf(code: string): string[] {
  return [...code.matchAll(SPECIFIER_REGEXP)]
    .map(([, named, called]) => named ?? called ?? "");
}

/**
 * Says which file a module means by a specifier.
 *
 * @param path The file that names it, in its package.
 * @param specifier What it names.
 * @returns `./` and the path in the package; a bare specifier as it is.
 */
export function resolve(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const { href } = new URL(specifier, `file:///${path}`);
  return href.replace("file:///", "./");
}

/**
 * Finds the files that import each other, types counted.
 *
 * @param sources The files of a package.
 * @returns Each group of them.
 */
export function circlesOf(sources: readonly Source[]): string[][] {
  return groupsOf(sources).filter((group) => group.length > 1);
}

/** Groups of files that reach each other, those that are imported first. */
function groupsOf(sources: readonly Source[]): string[][] {
  const edges = edgesOf(sources);
  const groups: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (!stack.includes(next)) continue;
      lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    groups.push(stack.splice(stack.indexOf(file)).sort());
  };
  for (const file of edges.keys()) if (!order.has(file)) visit(file);
  return groups;
}

function edgesOf(sources: readonly Source[]): Map<string, string[]> {
  const files = new Set(sources.map(({ path }) => `./${path}`));
  return new Map(sources.map(({ path, imports }) => [
    `./${path}`,
    imports.map((specifier) => resolve(path, specifier))
      .filter((file) => files.has(file)),
  ]));
}

function floorsOf(sources: readonly Source[]): number {
  const edges = edgesOf(sources);
  const floors = new Map<string, number>();
  for (const group of groupsOf(sources)) {
    const below = group.flatMap((file) => edges.get(file) ?? [])
      .filter((file) => !group.includes(file))
      .map((file) => floors.get(file) ?? 0);
    for (const file of group) floors.set(file, Math.max(0, ...below) + 1);
  }
  return Math.max(0, ...floors.values());
}

/** A type as `deno doc --json` describes it. */
export interface TypeText {
  /** As it stands in the source; empty where it has parts. */
  repr: string;
  /** What kind of type it is. */
  kind: string;
  /** Its parts. */
  value?: unknown;
}

/** A type by its name. */
interface NamedType {
  typeName: string;
  typeParams?: TypeText[] | null;
}

/** A type that begins with `readonly` or `keyof`. */
interface OperatorType {
  operator: string;
  tsType: TypeText;
}

/** The type of an object, written out. */
interface LiteralType {
  properties?: { name: string; optional?: boolean; tsType?: TypeText }[];
}

/** The type of a function. */
interface FunctionType {
  params: { tsType?: TypeText; arg?: { tsType?: TypeText } }[];
  tsType: TypeText;
}

/**
 * Says of what a type is made.
 *
 * @param type The type.
 * @returns Its text, or that of all its parts.
 */
export function textOf(type: TypeText | undefined): string {
  if (!type) return "";
  const { repr, kind, value } = type;
  switch (kind) {
    case "union":
      return (value as TypeText[]).map(textOf).sort().join(" | ");
    case "array":
      return `${textOf(value as TypeText)}[]`;
    case "intersection":
      return (value as TypeText[]).map(textOf).sort().join(" & ");
    case "parenthesized":
      return `(${textOf(value as TypeText)})`;
    case "typeRef": {
      const { typeName, typeParams } = value as NamedType;
      return `${typeName}${listed("<", typeParams ?? [], ">")}`;
    }
    case "fnOrConstructor": {
      const { params, tsType } = value as FunctionType;
      const types = params.map((param) => param.tsType ?? param.arg?.tsType);
      return `${listed("(", types, ")") || "()"} => ${textOf(tsType)}`;
    }
    case "typeOperator": {
      const { operator, tsType } = value as OperatorType;
      return `${operator} ${textOf(tsType)}`;
    }
    case "typeLiteral": {
      const { properties = [] } = value as LiteralType;
      const members = properties.map(({ name, optional, tsType }) =>
        `${name}${optional ? "?" : ""}: ${textOf(tsType)}`
      );
      return `{ ${members.sort().join("; ")} }`;
    }
    default:
      return repr || kind;
  }
}

function listed(
  before: string,
  types: readonly (TypeText | undefined)[],
  after: string,
): string {
  if (types.length === 0) return "";
  return `${before}${types.map(textOf).join(", ")}${after}`;
}

/** A symbol as `deno doc --json` describes it. */
export interface Documented {
  /** Its name. */
  name: string;
  /** What it is. */
  declarations: {
    kind: string;
    location: { filename: string };
    def: {
      properties?: {
        name: string;
        optional?: boolean;
        jsDoc?: { doc?: string };
        tsType?: TypeText;
      }[];
    };
  }[];
}

/** What `deno doc` has answered, which takes a second each time. */
const asked = new Map<string, Promise<Documented[]>>();

/**
 * Asks `deno doc` what the entries of a package export.
 *
 * @param member The package.
 * @param root The checkout.
 * @returns Each name once, with all that it stands for.
 */
export function symbolsOf(
  member: Pick<Member, "folder" | "exports">,
  root: URL = ROOT,
): Promise<Documented[]> {
  const { href } = new URL(member.folder, root);
  const answer = asked.get(href) ?? askSymbols(member, root);
  asked.set(href, answer);
  return answer;
}

async function askSymbols(
  { folder, exports }: Pick<Member, "folder" | "exports">,
  root: URL,
): Promise<Documented[]> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "doc",
      "--json",
      ...Object.values(exports).map((path) => `${folder}/${path}`),
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes }: { nodes: Record<string, { symbols: Documented[] }> } = JSON
    .parse(new TextDecoder().decode(stdout));
  // Entries may each have a type of the same name, and one that an entry
  // exports again stands there as a mere reference to it.
  const symbols = new Map<string, Documented>();
  for (
    const { name, declarations } of Object.values(nodes).flatMap((
      { symbols },
    ) => symbols)
  ) {
    const known = symbols.get(name)?.declarations ?? [];
    symbols.set(name, {
      name,
      declarations: [
        ...known,
        ...declarations.filter(({ kind }) => kind !== "reference"),
      ],
    });
  }
  return [...symbols.values()];
}

/**
 * Measures a package.
 *
 * @param member The package.
 * @param root The checkout.
 * @returns Its sizes.
 */
export async function sizesOf(
  member: Pick<Member, "folder" | "exports">,
  root: URL = ROOT,
): Promise<Sizes> {
  const sources = await sourcesOf(member.folder, root);
  const folders = new Map<string, number>();
  for (const { path } of sources) {
    const wing = path.slice(0, path.lastIndexOf("/") + 1);
    folders.set(wing, (folders.get(wing) ?? 0) + 1);
  }
  return {
    folders: folders.size,
    files: sources.length,
    fullest: Math.max(...folders.values()),
    floors: floorsOf(sources),
    circles: circlesOf(sources).length,
    entries: Object.keys(member.exports).length,
    symbols: (await symbolsOf(member, root)).length,
    lines: sources.reduce((sum, { text }) => sum + text.split("\n").length, 0),
  };
}

/** So many lines of logic may stand in two packages alike. */
const MAX_SHARED_LINES = 12;

/**
 * Finds logic that stands in two packages: more than twelve lines in a row,
 * apart from comments, imports and lines without a word.
 *
 * @param packages The files of each package.
 * @returns Where, as `hub/a.ts:12 ~ jsonrpc/b.ts:40`.
 */
export function repeatedLines(
  packages: ReadonlyMap<string, readonly Source[]>,
): string[] {
  const seen = new Map<string, { folder: string; place: string }>();
  const found = new Set<string>();
  for (const [folder, sources] of packages) {
    for (const { path, text } of sources) {
      const lines = logicOf(text);
      for (let at = 0; at + MAX_SHARED_LINES < lines.length; at++) {
        const run = lines.slice(at, at + MAX_SHARED_LINES + 1);
        const key = run.map(({ line }) => line).join("\n");
        const place = `${folder}/${path}:${run[0]!.number}`;
        const other = seen.get(key);
        if (!other) seen.set(key, { folder, place });
        else if (other.folder !== folder) {
          found.add(`${other.place} ~ ${place}`);
        }
      }
    }
  }
  return [...found];
}

function logicOf(text: string): { line: string; number: number }[] {
  const code = text.replaceAll(
    /^(?:import|export)\b[^"'`;]*? from "[^"]+";$/gm,
    (statement) => statement.replaceAll(/[^\n]/g, ""),
  );
  return code.split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => /\w/.test(line) && !/^(\/\/|\/?\*)/.test(line));
}
