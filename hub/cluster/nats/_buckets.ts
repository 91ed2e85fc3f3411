// Copyright 2026 the Wirekit authors. MIT license.

import { now, settled, sleep } from "@wirekit/internal/clock";
import { NotConnectedError } from "@wirekit/internal/errors";
import { type KV, Kvm, type KvWatchEntry, KvWatchInclude } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { refusalIn } from "./_refusals.ts";
import { isForbidden } from "./_unusable.ts";

/** Where a cluster keeps what its nodes have to agree on. */
export interface Buckets {
  /** Who has which name. */
  readonly names: KV;
  /** Which nodes there are. What is not renewed expires some time later. */
  readonly nodes: KV;
}

/** How to open them. */
export interface BucketOptions {
  readonly prefix: string;
  readonly lease: number;
  /** When to give up, on the clock of `now()`. */
  readonly end: number;
  readonly replicas?: number;
}

/**
 * After how many leases an entry expires. Nodes do not wait for that: a server
 * may take twice the time.
 */
const LEASES = 4;

/**
 * From which version on several servers let only one of two changes at the same
 * time win: nats-server issues 4320 and 5644.
 */
const SAFE = [2, 11] as const;

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < SAFE[0] || major === SAFE[0] && minor < SAFE[1];
}

/** How long to wait before servers are asked again, in milliseconds. */
const PAUSE = 250;

/** What a server answers if there is no such bucket. */
const NOT_FOUND = 10059;

/** What a server answers if an entry is not as it was said to be. */
const CHANGED = 10071;
/** What it answers while a change of the entry is not decided yet. */
const CHANGING = 10164;

/** Whether an entry was changed by somebody else in the meantime. */
export function isChanged(error: unknown): boolean {
  return codeOf(error) === CHANGED;
}

/**
 * Whether an entry is being changed, by somebody else or by what nobody has
 * answered. Without most of the servers that takes until they are back.
 */
export function isChanging(error: unknown): boolean {
  return codeOf(error) === CHANGING;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * Opens the buckets of a cluster, and makes them if it is the first node.
 * Rejects with what the servers say.
 */
export async function openBuckets(
  connection: NatsConnection,
  options: BucketOptions,
): Promise<Buckets> {
  const { prefix, lease, end } = options;
  const isOneOfSeveral = connection.info?.cluster !== undefined;
  const replicas = options.replicas ?? (isOneOfSeveral ? 3 : 1);
  const version = connection.info?.version ?? "0";
  if (replicas > 1 && isOlder(version)) {
    throw new NotConnectedError(
      `NATS servers older than ${
        SAFE.join(".")
      }, such as this one (${version}), ` +
        "may let two hubs have one name where several servers keep it: use " +
        "newer ones, or one alone (in a program also replicas: 1)",
    );
  }
  // One alone will not have it later either.
  if (!isOneOfSeveral && connection.info?.jetstream !== true) {
    throw new Error("no responders");
  }
  const kvm = new Kvm(connection);
  // Read from the leader: what another server has read before is too old to
  // decide by.
  const shape = { history: 1, replicas, allow_direct: false };
  for (;;) {
    try {
      const names = await kvm.create(`${prefix}-names`, shape);
      const nodes = await kvm.create(`${prefix}-nodes`, {
        ...shape,
        ttl: LEASES * lease,
      });
      await checkNames(names);
      const { ttl } = await nodes.status();
      if (ttl === LEASES * lease) return { names, nodes };
      // Nobody relies on it: the cluster may get another.
      if (await isEmpty(nodes)) {
        await nodes.destroy();
        continue;
      }
      throw new NotConnectedError(
        `The cluster "${prefix}" has a lease of ${
          ttl / LEASES
        } ms, and this node one ` +
          `of ${lease} ms: all nodes need the same lease, or another prefix`,
      );
    } catch (error) {
      if (error instanceof NotConnectedError) throw error;
      const isFinal = !isOneOfSeveral &&
        (refusalIn(error) || isForbidden(error));
      if (isFinal || now() + PAUSE > end || connection.isClosed()) throw error;
      // Servers that have just started have no leader yet.
      await sleep(PAUSE);
    }
  }
}

async function isEmpty(bucket: KV): Promise<boolean> {
  for await (const _key of await bucket.keys()) return false;
  return true;
}

/** What tells a bucket from a later one of the same name, and how far it is. */
export interface BucketMark {
  /** When it was made; nothing if it is not there. */
  readonly birth?: string;
  /** The last revision. */
  readonly last: number;
  /** How many entries it has. */
  readonly size: number;
  /** The servers whose copy is old. */
  readonly behind: readonly string[];
}

/** Looks at a bucket. Rejects if nobody knows how it is. */
export async function markOf(bucket: KV): Promise<BucketMark> {
  try {
    const { created, state, cluster } = (await bucket.status()).streamInfo;
    const behind = (cluster?.replicas ?? []).filter(({ current }) => !current);
    return {
      birth: created,
      last: state.last_seq,
      size: state.messages,
      behind: behind.map(({ name }) => name),
    };
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return { last: 0, size: 0, behind: [] };
    throw error;
  }
}

/** Refuses a bucket that somebody made before, in which names do not stay. */
async function checkNames(names: KV): Promise<void> {
  const { bucket, streamInfo } = await names.status();
  const { max_age, max_msg_size = -1, max_msgs } = streamInfo.config;
  const wrong = Object.entries({ max_age, max_msg_size, max_msgs })
    .filter(([_, value]) => value > 0);
  if (wrong.length === 0) return;
  const found = wrong.map(([name, value]) => `${name}: ${value}`).join(", ");
  throw new NotConnectedError(
    `The bucket "${bucket}" was not made by a hub: it has ${found}, so that ` +
      "names do not stay in it. Delete it, or use another prefix " +
      "(--cluster-prefix)",
  );
}

/** How to listen to a bucket. */
export interface Listening {
  /** Stops it. */
  readonly signal: AbortSignal;
  hear(entry: KvWatchEntry): void;
  /** Nothing more is told, though nobody has stopped it. */
  ended(): void;
}

/** Listens to a bucket; resolves once all that is in it was told. */
export async function listen(bucket: KV, listening: Listening): Promise<void> {
  const { values, streamInfo } = await bucket.status();
  const last = streamInfo.state.last_seq;
  const told = Promise.withResolvers<void>();
  if (values === 0) told.resolve();
  const hear = (entry: KvWatchEntry) => {
    listening.hear(entry);
    // Servers count one that is replaced on its way to here for ever.
    if (entry.delta === 0 || entry.revision >= last) told.resolve();
  };
  const include = KvWatchInclude.LastValue;
  const { end } = await follow(bucket, include, { ...listening, hear });
  await settled(Promise.race([told.promise, end]), 5_000);
}

/** Listens to what changes in a bucket from now on. */
export async function listenToNews(
  bucket: KV,
  listening: Listening,
): Promise<void> {
  await follow(bucket, KvWatchInclude.UpdatesOnly, listening);
}

/** Resolves with what resolves when nothing more is told. */
async function follow(
  bucket: KV,
  include: KvWatchInclude,
  { signal, hear, ended }: Listening,
): Promise<{ end: Promise<void> }> {
  const watch = await bucket.watch({ include });
  signal.addEventListener("abort", () => watch.stop());
  if (signal.aborted) watch.stop();
  const end = (async () => {
    for await (const entry of watch) {
      if (signal.aborted) break;
      hear(entry);
    }
    if (!signal.aborted) ended();
  })().catch(ended);
  return { end };
}
