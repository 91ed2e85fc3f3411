// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The pages of plants at a hub. What they show and order goes through the hub
 * as any request does, so its rules hold, and the gateway may be at another hub
 * of the cluster.
 */

import { sleep } from "@wirekit/internal/clock";
import type { RequestInfo } from "@wirekit/transport/admission";
import { refused, toRefused } from "@wirekit/transport/pages";
import type { Door, Hub, Pass } from "@wirekit/hub/hub";
import { Guest } from "../guest/_guest.ts";
import type { Outcome } from "../guest/_call.ts";
import { NO_HOST } from "../guest/_host.ts";
import type { GatewayGuest } from "./_guest.ts";
import type {
  PlantPageModule,
  PlantSource,
  PlantState,
} from "./_page_module.ts";

/** Maximum number of pages that are open at a time. */
const MAX_PAGES = 100;

/** How long a page without news waits for a sign of life, in milliseconds. */
const BEAT_INTERVAL = 10_000;

/** How often a gateway of another hub is asked, in milliseconds. */
const POLL_INTERVAL = 1_000;

/** How long an answer may take, in milliseconds. */
const TIMEOUT = 10_000;

const PATH_REGEXP = /^\/plant\/([^/]+)(\/.*)?$/;

/** Serves the page of each gateway at `/plant/NAME/`. */
export class PlantPages implements Door {
  readonly pages: NonNullable<Door["pages"]>;
  readonly #hub: Hub;
  readonly #module: PlantPageModule;
  readonly #guests: ReadonlyMap<string, GatewayGuest>;
  readonly #ending = new AbortController();
  #open = 0;

  constructor(
    hub: Hub,
    module: PlantPageModule,
    guests: ReadonlyMap<string, GatewayGuest>,
  ) {
    this.#hub = hub;
    this.#module = module;
    this.#guests = guests;
    this.pages = [...guests.keys()].map((name) => ({
      title: name,
      path: `plant/${encodeURIComponent(name)}/`,
    }));
  }

  /** See {@linkcode Door}. */
  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    const [, name, path] = PATH_REGEXP.exec(pathname) ?? [];
    return name === undefined
      ? undefined
      : this.#answer(request, info, name, path);
  }

  /** Ends all pages. */
  close(): void {
    this.#ending.abort();
  }

  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
    escaped: string,
    path: string | undefined,
  ): Promise<Response> {
    if (path === undefined) {
      // Seen from there, what the page loads would be elsewhere.
      const headers = { location: `${escaped}/` };
      return new Response(null, { status: 307, headers });
    }
    const name = unescaped(escaped);
    if (name === undefined) return refused(404, "There is no such name.");
    const asset = this.#module.answerAsset(request, path);
    if (asset) return asset;
    if (!path.startsWith("/api/")) {
      return new Response("There is nothing at this path.\n", { status: 404 });
    }
    const pass = await this.#hub.admit(request, info);
    if (pass instanceof Response) return await toRefused(pass);
    if (this.#open >= MAX_PAGES) {
      return refused(503, "Too many pages are open.");
    }
    const { hostname: address = "" } = info.remoteAddr ?? {};
    // Whoever may watch the hub may look at the plant; an order is a request.
    const own = path !== "/api/order" && pass.mayWatch
      ? { ...pass, mayReachAll: true }
      : pass;
    const guest = new Guest(this.#hub, own, NO_HOST, {
      protocol: "HTTP",
      carrier: "HTTP",
      address,
      nameless: path === "/api/events" ? "stays" : "passes",
    });
    const stay = new AbortController();
    let isStaying = false;
    const leave = () => {
      guest.leave();
      stay.abort();
    };
    try {
      const response = await this.#module.answerPage(
        request,
        path,
        this.#source(name, guest),
        {
          signal: this.#until(pass, info.signal, stay.signal),
          opened: () => {
            isStaying = true;
            this.#open++;
          },
          closed: () => {
            this.#open--;
            leave();
          },
        },
      );
      return response ?? refused(404, "There is nothing at this path.");
    } finally {
      if (!isStaying) leave();
    }
  }

  /** Aborts when a page has to end. */
  #until(
    pass: Pass,
    gone: AbortSignal | undefined,
    stay: AbortSignal,
  ): AbortSignal {
    const signals = [this.#ending.signal, stay];
    if (gone) signals.push(gone);
    return this.#hub.whileValid(pass, AbortSignal.any(signals));
  }

  #source(name: string, guest: Guest): PlantSource {
    const { OrderError } = this.#module;
    const at = this.#guests.get(name);
    const ask = (route: string, data: object) =>
      new Promise<Outcome>((resolve) => {
        guest.ask(name, route, JSON.stringify(data), resolve, TIMEOUT);
      });
    return {
      async next(since, signal) {
        if (since !== "") {
          await (at?.news(since, BEAT_INTERVAL, signal) ??
            sleep(POLL_INTERVAL, { signal }));
        }
        signal.throwIfAborted();
        const outcome = await ask("plant.state", { since });
        if ("data" in outcome) return JSON.parse(outcome.data);
        if (since !== "") await sleep(POLL_INTERVAL, { signal });
        return without(name, outcome.trouble.text);
      },
      async order({ id, part, text }) {
        const outcome = await ask("plant.order", { id, part, text });
        if ("data" in outcome) return;
        throw new OrderError(outcome.trouble.text);
      },
    };
  }
}

/** What a page shows of a plant that cannot be asked. */
function without(name: string, fault: string): PlantState {
  const plants = [{ name, isOnline: false, isKnown: true, fault }];
  return { now: "none", isWhole: false, plants, devices: [] };
}

function unescaped(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
