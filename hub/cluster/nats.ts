// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Joins hubs of many machines into one, on [NATS](https://nats.io) with
 * JetStream.
 *
 * @example Two hubs that are one (not run: it needs a NATS server)
 * ```ts ignore
 * import { serve } from "@wirekit/hub";
 * import { connectNats } from "@wirekit/hub/nats";
 *
 * const backplane = await connectNats({ servers: "nats://127.0.0.1:4222" });
 * await using server = await serve({ backplane });
 * ```
 *
 * @module
 */
import { checkTime, now, within } from "@wirekit/internal/clock";
import { NotConnectedError } from "@wirekit/internal/errors";
import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { checkClientTls } from "@wirekit/transport/tcp";
import type { ClientTls } from "@wirekit/transport/transport";
import type { Backplane } from "./backplane.ts";
import { NatsBackplane } from "./nats/_backplane.ts";
import { NEEDED, readRefusal, wordsOf } from "./nats/_refusals.ts";
import { openBuckets } from "./nats/_buckets.ts";
import {
  checkLabel,
  checkLease,
  checkPrefix,
  readUrl,
} from "./nats/_options.ts";
import { isPassing, unusable } from "./nats/_unusable.ts";
import { checkCredentials, open } from "./nats/connection/_opening.ts";

export type { Backplane };

/**
 * Options of {@linkcode connectNats}.
 *
 * @category Many hubs as one
 */
export interface NatsOptions {
  /**
   * The servers, such as `"nats://127.0.0.1:4222"`; `tls:` for TLS. A few are
   * enough: they tell of the others. A URL may have a user and password, or a
   * token.
   */
  servers: string | readonly string[];
  /**
   * What all subjects and buckets of this cluster begin with: up to 100 letters,
   * digits, `-` and `_`. Hubs with another prefix are another cluster.
   *
   * @default {"hub"}
   */
  prefix?: string;
  /**
   * What people call this node.
   *
   * @default The first letters of its id.
   */
  label?: string;
  /**
   * How long a node may be cut off, in milliseconds, before others may take its
   * names. All nodes of a cluster need the same. From 2 seconds to an hour.
   *
   * @default {15000} Longer than three servers need to choose a new leader.
   */
  lease?: number;
  /**
   * On how many servers the names are stored: 1, 3 or 5.
   *
   * @default 3 where the server is one of several, 1 where it is alone.
   */
  replicas?: number;
  /** A secret that the servers ask for: a token, or `USER:PASSWORD`. */
  token?: string;
  /** The text of a file with credentials, a JWT and its key. */
  credentials?: string;
  /** Authorities to trust, and what this node shows of itself, as PEM texts. */
  tls?: ClientTls;
  /**
   * How long the first connection may take, in milliseconds. Later ones are
   * tried without end.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * The most bytes that may wait for the server to take them. What is more is
   * refused.
   *
   * @default {16777216} 16 MiB
   */
  maxOutboxBytes?: number;
  /**
   * Where to log what happens to the cluster, such as that this hub is cut off:
   * the hub's own logger does not tell that.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Connects this process with the hubs of others.
 *
 * @param options Where the servers are.
 * @returns What `serve()` and `new Hub()` take as `backplane`. The hub closes
 * it.
 * @throws {TypeError} If a URL or the prefix is not valid, or a certificate and
 * its key cannot be used.
 * @throws {NotConnectedError} If no server can be reached, none has JetStream,
 * or the cluster has another lease.
 *
 * @category Many hubs as one
 */
export async function connectNats(options: NatsOptions): Promise<Backplane> {
  checkLimits(options);
  const { prefix = "hub", label, logger } = options;
  const { lease = 15_000 } = options;
  checkLease(lease);
  checkPrefix(prefix);
  if (label !== undefined) checkLabel(label);
  if (options.credentials !== undefined) checkCredentials(options.credentials);
  if (options.tls) checkClientTls(options.tls);
  const connectTimeout = checkTime(
    "connectTimeout",
    options.connectTimeout ?? 10_000,
  );
  const end = now() + connectTimeout;
  const urls = [options.servers].flat().map(readUrl);
  const line = await open(urls, options, connectTimeout);
  const { connection } = line;
  const refused = Promise.withResolvers<never>();
  line.onRefusal((words) => {
    const refusal = readRefusal(words, prefix);
    if (refusal) refused.reject(new NotConnectedError(wordsOf(refusal)));
  });
  let hasBuckets = false;
  const join = async () => {
    const bucketsBy = (end: number) =>
      openBuckets(connection, {
        prefix,
        lease,
        end,
        ...(options.replicas !== undefined && { replicas: options.replicas }),
      });
    const buckets = await bucketsBy(end);
    hasBuckets = true;
    const backplane = new NatsBackplane(line, buckets, {
      prefix,
      lease,
      maxOutboxBytes: options.maxOutboxBytes ?? 16 * 1024 * 1024,
      restore: () =>
        bucketsBy(now()).catch((cause) => {
          throw unusable(cause);
        }),
      ...(label !== undefined && { label }),
      ...(logger && { logger }),
    });
    await backplane.start(end);
    return backplane;
  };
  try {
    return await within(
      Promise.race([join(), refused.promise]),
      Math.max(0, end - now()),
      () => new Error("timeout"),
    );
  } catch (cause) {
    const server = connection.getServer();
    const isOneOfSeveral = connection.info?.cluster !== undefined;
    await connection.close();
    const { message } = unusable(cause);
    const isFirst = isOneOfSeveral && !hasBuckets && isPassing(cause);
    const words = isFirst ? `${message}. ${NEEDED}` : message;
    throw new NotConnectedError(`${server}: ${words}`, { cause });
  }
}
