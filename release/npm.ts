// Copyright 2026 the Wirekit authors. MIT license.

/** What npm is told of a package, besides what `deno pack` knows. */

/** Where the repository is. All links in what is published begin with it. */
export const REPOSITORY = "https://github.com/wirekit/wirekit";

const RAW = REPOSITORY.replace("//github.com/", "//raw.githubusercontent.com/");

/** The words by which people look for each package. */
const KEYWORDS: Record<string, string[]> = {
  hub: ["winerp", "ipc", "message-broker", "discord", "request-reply"],
  internal: [],
  jsonrpc: ["json-rpc", "jsonrpc", "json-rpc-2.0", "openrpc", "lsp", "mcp"],
  openwebnet: [
    "openwebnet",
    "myhome",
    "bticino",
    "legrand",
    "home-automation",
    "mqtt",
  ],
  switchboard: ["winerp", "json-rpc", "wsrpc", "mcp", "gateway"],
  transport: ["tcp", "unix-socket", "messageport", "framing", "backpressure"],
  wsrpc: ["wsrpc", "wsrpc-aiohttp", "rpc", "aiohttp"],
};

/**
 * The facts of a package that npm shows.
 *
 * @param folder Its folder.
 * @param readme Its README, whose first sentence says what it is.
 */
export function factsOf(folder: string, readme: string): object {
  const [, paragraph = ""] = /^# [^\n]+\n\n(.+?)\n\n/s.exec(readme) ?? [];
  const plain = paragraph.replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("`", "");
  const [sentence = plain] = /^.+?[.:](?= |$)/.exec(plain) ?? [];
  return {
    description: sentence.replace(/[.:]$/, ""),
    keywords: ["websocket", ...KEYWORDS[folder] ?? [], "deno", "typescript"],
    homepage: `${REPOSITORY}/tree/main/${folder}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: {
      type: "git",
      url: `git+${REPOSITORY}.git`,
      directory: folder,
    },
  };
}

/**
 * Makes the links of a README whole, to the files of the version: npm shows it
 * without the repository around it.
 *
 * @param readme The README.
 * @param folder The folder of its package.
 * @param version The version, which has a tag.
 */
export function withWholeLinks(
  readme: string,
  folder: string,
  version: string,
): string {
  const isWhole = (link: string) => /^([a-z]+:|#)/.test(link);
  const placeOf = (link: string) => {
    const { pathname, hash } = new URL(link, `file:///${folder}/`);
    return `v${version}${pathname}${hash}`;
  };
  // A picture may be the text of a link.
  return readme
    .replaceAll(
      /(!\[[^\]]*\]\()([^)\s]+)/g,
      (all, text: string, link: string) =>
        isWhole(link) ? all : `${text}${RAW}/${placeOf(link)}`,
    )
    .replaceAll(
      /(\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)\s]+)/g,
      (all, text: string, link: string) => {
        const kind = link.endsWith("/") ? "tree" : "blob";
        return isWhole(link)
          ? all
          : `${text}${REPOSITORY}/${kind}/${placeOf(link)}`;
      },
    );
}

/** A line of a main entry: what it exports, and from which file. */
const EXPORT_REGEXP = /^( \*\/ )?export [^;]*? from "(\.[^"]+)";$/gm;

/**
 * The main entry for pages: what of it can run there.
 *
 * @param code The main entry, as JavaScript or as types.
 * @param isFit Whether a file of it says that it is browser compatible.
 */
export function forPages(
  code: string,
  isFit: (path: string) => boolean,
): string {
  return code.replaceAll(
    EXPORT_REGEXP,
    (line, comment = "", path) => isFit(path) ? line : comment,
  );
}
