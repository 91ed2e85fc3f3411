// Copyright 2026 the Wirekit authors. MIT license.

/** The page of the inspector: who may look, and how it is asked. */

import type { RequestInfo } from "@wirekit/transport/admission";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import {
  PageAdmission,
  readJson,
  refused,
  sendReports,
  serveAsset,
  type Session,
  SignIn,
  toRefused,
} from "@wirekit/transport/pages";
import { ASSETS } from "./_assets.ts";
import { type Desk, NotNow } from "./_desk.ts";
import { Tokens } from "./_tokens.ts";

/** The most pages that are open at a time. */
const MAX_PAGES = 20;

/** The largest order, in bytes. */
const MAX_ORDER_BYTES = 16_777_216;

/** A page that listens on this machine. */
export interface InspectPage extends AsyncDisposable {
  /**
   * Makes an address for a browser, which lets it in once.
   *
   * @returns The address, with a token that no server of another sees.
   */
  address(): string;
}

type Visitor = Session<true>;

/** Serves the page on a free port of this machine. */
export async function serveInspectPage(desk: Desk): Promise<InspectPage> {
  const tokens = new Tokens();
  const site = new Site(desk, tokens);
  const { admission } = site;
  const listener = await listenWebSocket({
    hostname: "127.0.0.1",
    port: 0,
    admission,
    async handler(request, info) {
      const response = admission.checkAddress(info) ??
        admission.checkOrigin(request, info) ??
        admission.preflight(request) ?? await site.answer(request, info);
      return admission.secured(response, request);
    },
  });
  return {
    address: () => `http://127.0.0.1:${listener.addr.port}/#${tokens.make()}`,
    async [Symbol.asyncDispose]() {
      site.close();
      await listener.close();
    },
  };
}

/** Answers the requests of browsers. */
class Site {
  readonly admission: PageAdmission<Visitor>;
  readonly #desk: Desk;
  readonly #signIn: SignIn<true, Visitor | undefined>;
  /** Those that listen for reports. */
  readonly #pages = new Set<AbortController>();

  /** Makes one that lets in browsers with a token. */
  constructor(desk: Desk, tokens: Tokens) {
    this.#desk = desk;
    const signIn = this.#signIn = new SignIn<true, Visitor | undefined>({
      isOpen: false,
      find: (texts) => tokens.take(texts) || undefined,
      credentials: () => [],
      granted: () => undefined,
      describe: () => ({}),
    });
    this.admission = new PageAdmission<Visitor>({
      what: "page",
      onlyOwn: true,
      showsToken: () => false,
      authorize(request) {
        const session = signIn.sessionOf(request);
        if (!session) {
          return refused(401, "Open the address that jsonrpc prints.");
        }
        return signIn.checkProof(request, session) ?? session;
      },
    });
  }

  /** Ends what it sends to pages. */
  close(): void {
    for (const page of this.#pages) page.abort();
  }

  /** Answers one request. */
  async answer(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const { pathname } = new URL(request.url);
    const aboutSession = this.#signIn.answer(request, {
      address: info.remoteAddr?.hostname ?? "",
      admit: () => this.#admit(request, info),
      refused() {},
      ended() {},
    });
    if (aboutSession) return await aboutSession;
    const asset = serveAsset(request, ASSETS, pathname);
    if (asset) return asset;
    if (pathname !== "/api/events" && pathname !== "/api/act") {
      return refused(404, "There is nothing at this path.");
    }
    const visitor = await this.#admit(request, info);
    if (visitor instanceof Response) return await toRefused(visitor);
    const allow = pathname === "/api/act" ? "POST" : "GET";
    if (request.method !== allow) {
      return refused(405, `Use ${allow}.`, { allow });
    }
    return allow === "POST" ? await this.#act(request) : this.#events(info);
  }

  async #admit(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Visitor | Response> {
    const admitted = await this.admission.admit(request, info);
    return admitted instanceof Response ? admitted : admitted.state;
  }

  #events({ signal }: Partial<RequestInfo>): Response {
    const pages = this.#pages;
    if (pages.size >= MAX_PAGES) {
      return refused(503, `${MAX_PAGES} pages are open already.`);
    }
    const page = new AbortController();
    return sendReports(this.#desk, {
      signal: signal ? AbortSignal.any([signal, page.signal]) : page.signal,
      opened: () => pages.add(page),
      closed: () => pages.delete(page),
    });
  }

  async #act(request: Request): Promise<Response> {
    const order = await readJson(request, MAX_ORDER_BYTES);
    if (order instanceof Response) return order;
    try {
      return Response.json({ number: this.#desk.act(order) }, { status: 202 });
    } catch (error) {
      const { message } = error as Error;
      // A value that is nested too deeply to be written is a `RangeError`.
      if (error instanceof SyntaxError || error instanceof RangeError) {
        return refused(400, message);
      }
      if (error instanceof NotNow) return refused(409, message);
      throw error;
    }
  }
}
