// Copyright 2026 the Wirekit authors. MIT license.

/** A registry on this machine that npm installs our packages from. */

import { MEMBERS } from "../_packages.ts";

/** Where `deno task pack` has put the tarballs, as npm asks for them. */
export class NpmRegistry implements AsyncDisposable {
  readonly #home: URL;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Starts to listen.
   *
   * @param home The folder of the tarballs.
   */
  constructor(home: URL) {
    this.#home = home;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(new URL(request.url)),
    );
  }

  /** What npm has to be told in its settings, to ask here for ours only. */
  get settings(): string {
    return `@wirekit:registry=${this.#url}\n`;
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async #answer({ pathname }: URL): Promise<Response> {
    const path = decodeURIComponent(pathname).slice(1);
    if (path.endsWith(".tgz")) {
      return new Response(await Deno.readFile(new URL(path, this.#home)));
    }
    const member = MEMBERS.find(({ name }) => name === path);
    if (!member) return new Response("Not found", { status: 404 });
    const { folder, version } = member;
    const file = `wirekit-${folder}-${version}.tgz`;
    const manifest = await manifestOf(new URL(file, this.#home));
    const tarball = await Deno.readFile(new URL(file, this.#home));
    const hash = new Uint8Array(
      await crypto.subtle.digest("SHA-512", tarball),
    );
    return Response.json({
      name: path,
      "dist-tags": { latest: version },
      versions: {
        [version]: {
          ...manifest,
          dist: {
            tarball: `${this.#url}${file}`,
            integrity: `sha512-${hash.toBase64()}`,
          },
        },
      },
    });
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The `package.json` of a tarball. */
async function manifestOf(tarball: URL): Promise<object> {
  const { stdout } = await new Deno.Command("tar", {
    args: ["-xzOf", tarball.pathname, "package/package.json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
