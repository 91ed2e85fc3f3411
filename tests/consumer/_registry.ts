// Copyright 2026 the Wirekit authors. MIT license.

/** A registry on this machine that speaks JSR's protocol. */

import { unpack } from "./_tar.ts";

/** A version of a package, as it was published. */
export interface Package {
  /** Its name with the scope, such as `@wirekit/hub`. */
  name: string;
  /** The version. */
  version: string;
  /** Its entry points, as in its `deno.json`. */
  exports: Record<string, string>;
  /** Its files by path, each with a leading slash. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** The paths of the API: `/api/scopes/S/packages/P[/versions/V]`. */
const API = new URLPattern({
  pathname: "/api/scopes/:scope/packages/:name{/versions/:version}?",
});
const META = new URLPattern({ pathname: "/@:scope/:name/meta.json" });
const VERSION_META = new URLPattern({
  pathname: "/@:scope/:name/:version([^/]+)_meta.json",
});
const FILE = new URLPattern({ pathname: "/@:scope/:name/:version/:path+" });

/**
 * What `JSR_URL` may point to: `deno publish` puts packages in, and `jsr:`
 * specifiers take them out.
 *
 * It holds one version of each package and believes any token.
 */
export class Registry implements AsyncDisposable {
  /** What was published, by name. */
  readonly packages: Map<string, Package>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Starts to listen.
   *
   * @param packages What it holds already, by name.
   */
  constructor(packages: ReadonlyMap<string, Package> = new Map()) {
    this.packages = new Map(packages);
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  /** Where it is, with a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { url } = request;
    const found = (pattern: URLPattern) => {
      const groups = pattern.exec(url)?.pathname.groups;
      if (!groups) return undefined;
      const { scope, name, version, path } = groups;
      const full = `@${scope}/${name}`;
      return { name: full, version, path, package: this.packages.get(full) };
    };
    const api = found(API);
    if (api && request.method === "POST") {
      return await this.#publish(request, api.name, api.version ?? "");
    }
    if (api) {
      const known = api.version === undefined ||
        api.package?.version === api.version;
      return known ? Response.json({ name: api.name }) : notFound();
    }
    const meta = found(META);
    if (meta?.package) {
      const { name, version } = meta.package;
      return Response.json({
        name,
        latest: version,
        versions: { [version]: {} },
      });
    }
    const versionMeta = found(VERSION_META);
    if (versionMeta?.package?.version === versionMeta?.version) {
      if (versionMeta?.package) return await describe(versionMeta.package);
    }
    const file = found(FILE);
    const bytes = file?.package?.version === file?.version
      ? file?.package?.files.get(`/${file.path}`)
      : undefined;
    return bytes ? new Response(bytes) : notFound();
  }

  async #publish(
    request: Request,
    name: string,
    version: string,
  ): Promise<Response> {
    const config = new URL(request.url).searchParams.get("config") ?? "";
    const archive = await unpack(await request.blob());
    const files = new Map(
      [...archive].map(([path, bytes]) => [path.replace(/^\/?/, "/"), bytes]),
    );
    const text = new TextDecoder().decode(files.get(config));
    const { exports } = JSON.parse(text);
    this.packages.set(name, {
      name,
      version,
      exports: typeof exports === "string" ? { ".": exports } : exports,
      files,
    });
    return Response.json({ id: name, status: "success", error: null });
  }
}

/** The metadata of a version: its files with their checksums, its entries. */
async function describe({ files, exports }: Package): Promise<Response> {
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, bytes] of files) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    manifest[path] = { size: bytes.length, checksum: `sha256-${hash.toHex()}` };
  }
  return Response.json({ manifest, exports });
}

function notFound(): Response {
  const body = { code: "packageVersionNotFound", message: "Not found" };
  return Response.json(body, { status: 404 });
}
