// Copyright 2026 the Wirekit authors. MIT license.

import { Call, Calls } from "@wirekit/internal/calls";
import {
  type End,
  fault,
  type Hub,
  type PlainExchange,
} from "@wirekit/hub/hub";
import { unescapeName } from "../_catalog.ts";
import type { OpenedDoor } from "../door.ts";
import type { Outcome } from "../guest/_call.ts";
import { Guest } from "../guest/_guest.ts";
import { NO_HOST } from "../guest/_host.ts";
import {
  answerOf,
  readJson,
  readPlain,
  refusal,
  type Reply,
  reply,
} from "../_http.ts";
import { noteEnd } from "./_event_stream.ts";
import type { EventStreams } from "./_event_streams.ts";
import { joined, type Sender, type Visit } from "./_visit.ts";

/** What a call is about, and how long it may take. */
interface Wanted {
  readonly to: string;
  readonly route: string;
  readonly timeout: number;
}

/** Does something when a sender is gone. */
type OnGone = (gone: () => void) => void;

/** A path without a sign that a URL would write in another way. */
const CALL_REGEXP =
  /^\/call\/([\w.~%!$&'()*+,;=:@-]+)\/([\w.~%!$&'()*+,;=:@/-]+)(?:\?([^#]*))?$/;

/** The query of a URL that has none. */
const NO_QUERY: Sender["query"] = { get: () => null, has: () => false };

/** Why a client leaves that has asked once. */
const ANSWERED: End = { kind: "left", reason: "its request has ended" };

/** A call whose time is limited. */
class TimedCall extends Call {
  constructor(readonly guest: Guest) {
    super();
  }
}

/** What asks and tells for as long as one request takes. */
export class Requests {
  readonly #hub: Hub;
  readonly #streams: EventStreams;
  readonly #timeout: number;
  /**
   * The calls of clients that come for one: a timer of each would cost more
   * than all the rest of it.
   */
  readonly #timed = new Calls<TimedCall>({
    late: ({ guest }) => guest.endAll(),
  });

  constructor(hub: Hub, streams: EventStreams, timeout: number) {
    this.#hub = hub;
    this.#streams = streams;
    this.#timeout = timeout;
  }

  /** Answers `POST /call/NAME/ROUTE` without a `Request`, if it is that. */
  plain(post: PlainExchange): ReturnType<NonNullable<OpenedDoor["plain"]>> {
    const { url } = post;
    const path = url.slice(url.indexOf("/", url.indexOf("//") + 2));
    const [, name, route = "", search] = CALL_REGEXP.exec(path) ?? [];
    const size = Number(post.headers.get("content-length"));
    if (name === undefined || size > 2 * this.#hub.maxMessageBytes) {
      return undefined;
    }
    const query = search === undefined ? NO_QUERY : new URLSearchParams(search);
    const { hostname: address = "" } = post.remoteAddr;
    return async (pass) => {
      const wanted = this.#wanted(name, route, query);
      if ("status" in wanted) return answerOf(wanted);
      const data = await readPlain(post, "{}");
      if ("status" in data) return answerOf(data);
      const onGone: OnGone = (gone) => post.onGone(gone);
      const sender = { pass, address, query };
      return answerOf(await this.#ask(sender, wanted, data.text, onGone));
    };
  }

  /** Answers `POST /call/NAME/ROUTE`. */
  async call(visit: Visit): Promise<Reply> {
    const { request, info, query, rest: [name = "", ...route] } = visit;
    const wanted = this.#wanted(name, route.join("/"), query);
    if ("status" in wanted) return wanted;
    const max = 2 * this.#hub.maxMessageBytes;
    const data = await readJson(request, max, "{}");
    if ("status" in data) return data;
    const { signal } = info;
    return await this.#ask(visit, wanted, data.text, (gone) => {
      if (signal?.aborted) gone();
      signal?.addEventListener("abort", gone, { once: true });
    });
  }

  /** Answers `POST /inform` and `POST /inform/NAME`. */
  async inform(visit: Visit): Promise<Reply> {
    const { request, rest } = visit;
    const name = rest.length === 0 ? undefined : unescapeName(rest.join("/"));
    if (rest.length > 0 && !name) {
      const text = "The path has to be /inform or /inform/NAME.";
      return refusal(fault("InvalidMessage", text));
    }
    const data = await readJson(request, 2 * this.#hub.maxMessageBytes);
    if ("status" in data) return data;
    return await this.#as(visit, (guest) => {
      const told = guest.inform(data.text, name ? [name] : undefined);
      return typeof told === "number"
        ? reply(`{"receivers":${told}}`)
        : refusal(told);
    });
  }

  /** Ends all calls. */
  close(): void {
    const reason = fault("ResponderLeft", "The hub is closing.");
    this.#timed.endAll(({ guest }) => guest.endAll(reason));
  }

  /** Reads what a call is about. */
  #wanted(name: string, rest: string, query: Sender["query"]): Wanted | Reply {
    const to = unescapeName(name);
    const route = unescapeName(rest);
    if (!to || !route) {
      const text = "The path has to be /call/NAME/ROUTE, percent-encoded.";
      return refusal(fault("InvalidMessage", text));
    }
    const given = query.get("timeout");
    const timeout = given === null ? this.#timeout : Number(given);
    if (timeout > 0) return { to, route, timeout };
    const text = "timeout has to be a number of milliseconds.";
    return refusal(fault("InvalidMessage", text));
  }

  /** Asks, until there is an outcome or the sender is gone. */
  #ask(
    sender: Sender,
    { to, route, timeout }: Wanted,
    data: string,
    onGone: OnGone,
  ): Promise<Reply> {
    return this.#as(
      sender,
      (guest, isLasting) =>
        new Promise<Reply>((resolve) => {
          const timed = isLasting ? undefined : this.#limit(guest, timeout);
          const end = (outcome: Outcome) => {
            if (timed) this.#timed.take(timed);
            resolve(
              "data" in outcome
                ? reply(outcome.data)
                : refusal(outcome.trouble),
            );
          };
          const own = timed ? Infinity : timeout;
          onGone(guest.ask(to, route, data, end, own));
        }),
    );
  }

  /** Limits the time of a client that comes for one call. */
  #limit(guest: Guest, timeout: number): TimedCall {
    const timed = new TimedCall(guest);
    timed.number = this.#timed.next();
    this.#timed.open(timed, timeout);
    return timed;
  }

  /** Lets the sender of a request be a participant for as long as it takes. */
  async #as(
    sender: Sender,
    act: (guest: Guest, isLasting: boolean) => Reply | Promise<Reply>,
  ): Promise<Reply> {
    const hub = this.#hub;
    const { query, pass, address } = sender;
    const key = query.get("as");
    const name = query.get("name");
    if (key !== null) {
      const stream = this.#streams.get(key, sender);
      if (stream) return await act(stream.guest, true);
      const text = "There are no events with this key: as has to be the key " +
        "of the event ready.";
      return refusal(fault("NotAllowed", text));
    }
    const ended = ({ reason }: { reason: string }) =>
      noteEnd(hub, guest, { kind: "refused", reason });
    const guest: Guest = new Guest(hub, pass, { ...NO_HOST, ended }, {
      protocol: "HTTP",
      carrier: "HTTP",
      address,
      nameless: "passes",
    });
    try {
      const refused = name === null ? undefined : await joined(guest, name);
      return refused ? refusal(refused) : await act(guest, false);
    } finally {
      noteEnd(hub, guest, ANSWERED);
      guest.leave();
    }
  }
}
