// Copyright 2026 the Wirekit authors. MIT license.

/** The first connection to the servers of a cluster. */

import { Buffer } from "node:buffer";
import { within } from "@wirekit/internal/clock";
import { NotConnectedError } from "@wirekit/internal/errors";
import type { ClientTls } from "@wirekit/transport/transport";
import { credsAuthenticator } from "@nats-io/transport-node";
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import { openConnection, type SafeConnection } from "./_connection.ts";
import type { Place } from "../_options.ts";
import { type Shown, whyNone } from "./_why_not.ts";

/** Who a hub is to the servers. */
interface Identity {
  readonly label?: string;
  readonly token?: string;
  readonly credentials?: string;
  readonly tls?: ClientTls;
}

/** Connects with one of some servers. */
export async function open(
  places: readonly Place[],
  identity: Identity,
  timeout: number,
): Promise<SafeConnection> {
  const { label = "", tls } = identity;
  const { from, ...secret } = secretOf(places, identity);
  const isSecure = tls !== undefined || places.some(({ secure }) => secure);
  const line = openConnection({
    servers: places.map(({ host }) => host),
    name: `wirekit hub ${label}`.trim(),
    noEcho: true,
    // A server that hangs is noticed after 2 to 2.5 seconds; by default it takes
    // four minutes.
    pingInterval: 500,
    maxPingOut: 4,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    timeout: Math.min(timeout, 5_000),
    // A server that comes back without its users is none to give up.
    ignoreAuthErrorAbort: true,
    ...(isSecure && { tls: { ...tls } }),
    ...secret,
  });
  try {
    await within(line.ready, timeout, () => new Error("timeout"));
    return line;
  } catch (cause) {
    const tried = line.giveUp();
    const failures = places.flatMap(({ host }) => {
      const failure = tried.get(host);
      return failure ? [{ host, ...failure }] : [];
    });
    await line.connection.close();
    const expired = expiryOf(identity.credentials);
    const shown: Shown = {
      ...(from !== undefined && { from }),
      ...(expired && expired < new Date() && { expired }),
      tls,
      isSecure,
    };
    throw new NotConnectedError(whyNone(failures, shown), { cause });
  }
}

/** What shows a server who comes, and which option it is from. */
function secretOf(
  places: readonly Place[],
  { token, credentials }: Identity,
): { from?: string } & NodeConnectionOptions {
  if (credentials !== undefined) {
    const authenticator = credsAuthenticator(
      new TextEncoder().encode(credentials),
    );
    return { from: "the option credentials", authenticator };
  }
  if (token !== undefined) {
    const from = "the option token";
    const [user, ...pass] = token.split(":");
    return pass.length > 0
      ? { from, user: user!, pass: pass.join(":") }
      : { from, token };
  }
  const from = "the URL";
  const place = places.find(({ username }) => username !== "");
  if (!place) return {};
  const { username, password } = place;
  return password === ""
    ? { from, token: username }
    : { from, user: username, pass: password };
}

/** Refuses what is no file with credentials. */
export function checkCredentials(text: string): void {
  try {
    // It signs something with the key, as a server will ask it to.
    credsAuthenticator(new TextEncoder().encode(text))("nonce");
    expiryOf(text);
  } catch {
    // The error of the client of NATS may have a part of the secret in it.
    throw new TypeError(
      "credentials must be the text of a .creds file of NATS, with a JWT and " +
        "its key; a token, or USER:PASSWORD, is the option token",
    );
  }
}

/** Returns when credentials expire, if they do. */
function expiryOf(credentials: string | undefined): Date | undefined {
  const [, claims] = /BEGIN NATS USER JWT-+\s+[\w-]+\.([\w-]+)/
    .exec(credentials ?? "") ?? [];
  if (claims === undefined) return undefined;
  const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
  return exp > 0 ? new Date(1_000 * exp) : undefined;
}
