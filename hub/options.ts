// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a hub.
 *
 * @module
 */
import type { Logger } from "@wirekit/internal/logger";
import type { Place, RequestInfo } from "@wirekit/transport/admission";
import type { Pass } from "./access/pass.ts";
import type { Rule } from "./access/rules.ts";
import type { Token } from "./access/tokens.ts";
import type { Door } from "./door.ts";
import type { ExchangeOptions } from "./exchange/options.ts";
import type { Connected, Flow, Receiver } from "./exchange/participant.ts";

/**
 * Options of `Hub`.
 *
 * @category Hub
 */
export interface HubOptions
  extends Omit<ExchangeOptions, "onName" | "onDenial" | "onWarning"> {
  /**
   * The largest message to pass on, in bytes. A larger one is answered with an
   * error. The default is what a stock winerp client accepts: a larger message
   * would cost it its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxMessageBytes?: number;
  /**
   * How long a client may take, in milliseconds, for its TLS and HTTP handshake
   * and its verification. A client that takes longer is told so, with status
   * 408 where HTTP allows it.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
  /**
   * The one secret that allows everything. Without it and without `tokens`,
   * `Hub.fetch` admits only programs on this machine.
   */
  token?: string;
  /**
   * Secrets for some names or rights each. `Hub.setTokens` takes
   * others.
   *
   * @default None.
   */
  tokens?: readonly Token[];
  /**
   * What clients may do under their names. `Hub.setRules` takes
   * others.
   *
   * @default Everybody may ask and inform everybody.
   */
  rules?: readonly Rule[];
  /**
   * Decides, in addition to the tokens, who may connect by HTTP: returns the
   * response that refuses the client, or `false` for one with status 403; what
   * it may do, which is the state that the hub keeps for it; or nothing if its
   * token decides alone. It is asked about clients with a valid token; if there
   * are no tokens, about all, and those from other machines need a
   * {@linkcode Pass} from it. It has `handshakeTimeout` to decide.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) =>
    | Response
    | Pass
    | false
    | undefined
    | Promise<Response | Pass | false | undefined>;
  /**
   * The origins whose pages may connect, such as `"https://example.org"`; `"*"`
   * allows all. Other requests with an `Origin`, which is to say other pages in
   * a browser, are refused; pages of the hub itself are not.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * The names by which requests may call the hub besides `localhost` and
   * addresses, such as `"hub.example.org"`; `"*.example.org"` allows all below
   * it, `"*"` all. Others are refused, because a stranger's name that points to
   * this machine makes a browser take the hub for the stranger's server.
   * Programs that open a WebSocket, and requests that show a valid token, may
   * call it what they like.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
  /**
   * The maximum number of connections, over all carriers. Further ones are
   * refused, with status 503 where HTTP allows it.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * The maximum number of connections from one address; of IPv6, from one
   * network (64 bits). This machine's own may have any number, because a proxy
   * on it has them all. Further ones are refused as those over
   * `maxConnections`.
   *
   * @default {1000}
   */
  maxConnectionsPerAddress?: number;
  /**
   * The addresses that may connect, such as `"192.0.2.7"`, `"192.0.2.0/24"` or
   * `"2001:db8::/32"`. Others are refused, with status 403 where HTTP allows it;
   * Unix sockets have none and are not affected.
   *
   * @default All.
   */
  allowedAddresses?: readonly string[];
  /**
   * The most bytes that may wait for one client to read them. A client that
   * exceeds it is dropped with code 1013.
   *
   * @default {16777216} 16 MiB
   */
  maxOutboxBytes?: number;
  /**
   * How many messages one client may send in a second, and as many more at
   * once. From one that sends more, the hub reads more slowly: its messages
   * wait at its own end. One address may send as many requests over HTTP;
   * further ones are answered with status 429.
   *
   * @default {Infinity}
   */
  maxMessagesPerSecond?: number;
  /**
   * How many bytes one client may send in a second, in the same way.
   *
   * @default {Infinity}
   */
  maxBytesPerSecond?: number;
  /**
   * How long a client may be silent, in milliseconds, before its connection
   * ends. It is asked for a sign of life after half of that time. A bot may
   * block its event loop for minutes and still be alive, so do not set this too
   * low.
   *
   * @default {300000} Five minutes
   */
  idleTimeout?: number;
  /**
   * Whether the hub reports on itself: to clients that ask `@hub`, and at
   * `/healthz`, `/readyz`, `/metrics` and `/api/`.
   *
   * @default {true}
   */
  watch?: boolean;
  /**
   * Other ways in than winerp. The first that takes a request or a client has
   * it.
   *
   * @default {[]}
   */
  doors?: readonly Door[];
  /**
   * Where to log events: of each kind, at most 20 lines a second and how many
   * more there were.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Options of `Hub.accept`.
 *
 * @category Hub
 */
export interface AcceptOptions {
  /**
   * What the client may do, if that is known already, as over HTTP. Otherwise
   * it must send a token as `token` in its verification.
   */
  pass?: Pass;
  /**
   * How the client is connected, for the log.
   *
   * @default {"transport"}
   */
  carrier?: string;
  /**
   * The address that the client comes from, for those who watch the hub.
   *
   * @default {""}
   */
  address?: string;
  /**
   * Whether the transport itself ends when the client gives no sign of life.
   * Otherwise the hub asks for one, with a message that every client answers.
   *
   * @default {false}
   */
  watched?: boolean;
  /**
   * Adds the client to the hub, for another protocol than winerp.
   *
   * @param receiver Receives the messages for the client, and counts.
   * @returns The client.
   * @default A winerp client.
   */
  connect?: (receiver: Receiver & Flow) => Connected;
  /**
   * A message that makes a client of another protocol answer, for one whose
   * transport does not ask for a sign of life.
   *
   * @default A call of a function that no winerp client has.
   */
  ping?: Uint8Array<ArrayBuffer>;
  /**
   * The place of `Hub.admission` that the carrier has taken for it;
   * `true` if the carrier looks after it. Until the client has a name, another
   * one may take the place over.
   *
   * @default The hub takes one; with `connect`, `true`.
   */
  place?: Place | true | undefined;
}
