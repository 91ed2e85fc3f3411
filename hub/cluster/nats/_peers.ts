// Copyright 2026 the Wirekit authors. MIT license.

import { now, sleep } from "@wirekit/internal/clock";
import type { KV, KvEntry } from "@nats-io/kv";
import type { NodeStatus } from "../backplane.ts";
import { isChanged } from "./_buckets.ts";
import { RETRY_DELAY } from "./_claim.ts";

/** The longest label that is shown, in characters. */
const MAX_LABEL = 100;
/** How many entries are told of that nobody can read. */
const MAX_UNREADABLE = 100;

/** How many nodes that are gone are remembered. */
const MAX_DEPARTED = 1_000;

/** Another node, and when it last gave a sign of life, by this node's clock. */
interface Peer {
  status: NodeStatus;
  /** When it was heard of first. */
  came: number;
  seen: number;
  /** The revision of that sign. */
  revision: number;
  /** How many there were. */
  signs: number;
}

/** The node that watches the others. */
interface PeerWatcher {
  readonly id: string;
  /** What people call it, and when it was started. */
  readonly self: Start;
  /** Whether the engine can be asked now. */
  readonly ready: boolean;
  /** Whether it takes no signs of life now. */
  readonly isUndecided: boolean;
  log(level: "info" | "warn", line: string): void;
  /** A node is gone. */
  gone(id: string): void;
  /** Something about a node has failed: the engine may refuse it. */
  failed(error: unknown): void;
}

/** The other nodes, as far as this one has heard of them. */
export class Peers {
  readonly #nodes: KV;
  readonly #lease: number;
  readonly #watcher: PeerWatcher;
  readonly #peers = new Map<string, Peer>();
  /** Those that are gone: an id does not come back. */
  readonly #departed = new Set<string>();
  /** Nodes that the engine is being asked for. */
  readonly #looks = new Map<string, Promise<void>>();
  /** Entries that nobody can read, each told of once. */
  readonly #unreadable = new Set<string>();
  /** When it was last so that no sign of life could come. */
  #deafUntil = -Infinity;

  constructor(nodes: KV, lease: number, watcher: PeerWatcher) {
    this.#nodes = nodes;
    this.#lease = lease;
    this.#watcher = watcher;
  }

  /** Their ids. */
  get ids(): Iterable<string> {
    return this.#peers.keys();
  }

  /** Whether no sign of life of anybody can come now. */
  get #isDeaf(): boolean {
    return !this.#watcher.ready || this.#watcher.isUndecided;
  }

  /** Is called several times a second. */
  tick(): void {
    if (this.#isDeaf) this.#deafUntil = now();
    if (this.#watcher.ready) this.#bury();
  }

  /** What is known of each. */
  get statuses(): NodeStatus[] {
    const canTell = !this.#isDeaf;
    const peers = [...this.#peers.values()];
    const namesakes = Map.groupBy(peers, ({ status }) => status.label);
    return peers.map((peer) => {
      const { status, signs } = peer;
      const isSilent = canTell &&
        this.#isSilent(peer, namesakes.get(status.label)!);
      const endsIn = isSilent ? { endsIn: this.#endOf(peer) } : undefined;
      return { ...status, signs, ...endsIn };
    });
  }

  /**
   * Whether a node gives no sign of life any more: for half of the lease, or
   * since it was started again.
   */
  #isSilent({ status, seen, signs }: Peer, namesakes: Peer[]): boolean {
    const isEarlier = ({ label, since }: Start) =>
      label === status.label && since > status.since;
    return now() - Math.max(seen, this.#deafUntil) > this.#lease / 2 ||
      signs === 1 && isEarlier(this.#watcher.self) ||
      namesakes.some((other) => other.came >= seen && isEarlier(other.status));
  }

  #endOf({ seen }: Peer): number {
    return Math.max(0, Math.ceil(seen + this.#lease - now()));
  }

  /** Returns whether a node is there, as far as this one has heard. */
  has(id: string): boolean {
    return this.#peers.has(id);
  }

  /** Returns whether a node is gone that this one has heard of. */
  wasThere(id: string): boolean {
    return this.#departed.has(id);
  }

  /**
   * Returns whether another node is there; asks the engine if it is not known.
   * What this one was before it came back as another is not.
   */
  async isThere(id: string): Promise<boolean> {
    if (this.#peers.has(id)) return true;
    const entry = await this.#nodes.get(id);
    if (!entry || hasLeft(entry)) return false;
    const status = readNode(id, entry.string());
    return !status || !isSame(status, this.#watcher.self);
  }

  /** Takes news of a node; returns whether it is there. */
  hear(entry: KvEntry): boolean {
    if (this.#learn(entry)) return true;
    const { key: id } = entry;
    if (hasLeft(entry) && !this.#departed.has(id)) this.#part(id, true);
    return false;
  }

  #learn(entry: KvEntry): boolean {
    const { key: id, revision } = entry;
    if (id === this.#watcher.id) return true;
    // It may have been asked for before it left.
    if (hasLeft(entry) || this.#departed.has(id)) return false;
    const peer = this.#peers.get(id);
    if (peer && peer.revision > revision) return true;
    const status = readNode(id, entry.string());
    if (!status) {
      this.#distrust(id);
      return false;
    }
    // What this one was before it came back as another.
    if (isSame(status, this.#watcher.self)) return true;
    if (!peer) {
      const how = this.#isElse(status) ? "back" : "here";
      this.#watcher.log("info", `Node ${status.label} is ${how}`);
    }
    if (peer?.revision !== revision) {
      const signs = (peer?.signs ?? 0) + 1;
      const { came = now() } = peer ?? {};
      this.#peers.set(id, { status, came, seen: now(), revision, signs });
    }
    return true;
  }

  /** Leaves alone what no hub has written, or one of another version. */
  #distrust(id: string): void {
    if (this.#unreadable.has(id) || this.#unreadable.size >= MAX_UNREADABLE) {
      return;
    }
    this.#unreadable.add(id);
    const key = JSON.stringify(shown(id));
    this.#watcher.log("warn", `Nobody can read the entry of the node ${key}`);
  }

  /** Looks whether a node is there that has not been heard of. */
  suspect(id: string): Promise<void> {
    if (id === this.#watcher.id) return Promise.resolve();
    const known = this.#looks.get(id);
    if (known) return known;
    const looking = this.#look(id);
    this.#looks.set(id, looking);
    return looking;
  }

  async #look(id: string): Promise<void> {
    do {
      try {
        const entry = await this.#nodes.get(id);
        this.#looks.delete(id);
        if (entry && this.#learn(entry)) return;
        return this.#part(id, entry !== null && hasLeft(entry));
      } catch (error) {
        this.#watcher.failed(error);
        await sleep(RETRY_DELAY);
      }
    } while (this.#watcher.ready);
    this.#looks.delete(id);
  }

  /**
   * Takes nodes for dead that no longer give signs of life. What is not renewed
   * expires only some time later, so this node removes it: that fails if it was
   * renewed in the meantime, and from then on it cannot be.
   */
  #bury(): void {
    for (const [id, peer] of this.#peers) {
      if (now() - peer.seen < this.#lease) continue;
      // Half a second until the next try.
      peer.seen += 500;
      this.#nodes.delete(id, { previousSeq: peer.revision }).then(
        () => this.#part(id, true),
        (error) =>
          isChanged(error) ? this.suspect(id) : this.#watcher.failed(error),
      );
    }
  }

  #part(id: string, hasLeft: boolean): void {
    const peer = this.#peers.get(id);
    if (this.#peers.delete(id) || hasLeft) this.#departed.add(id);
    if (this.#departed.size > MAX_DEPARTED) {
      const [first] = this.#departed;
      this.#departed.delete(first!);
    }
    if (peer && !this.#isElse(peer.status)) {
      const silence = now() - peer.seen;
      const line = `Node ${peer.status.label} is gone: `;
      if (silence < this.#lease / 2) {
        const doubt = peer.signs > 1
          ? ""
          : ", or was dead before this hub came";
        this.#watcher.log("info", `${line}it has left${doubt}`);
      } else {
        const seconds = Math.round(silence / 1_000);
        this.#watcher.log("warn", `${line}no sign of it for ${seconds} s`);
      }
    }
    this.#watcher.gone(id);
  }

  /** Returns whether a node is there under another id too: it has come back. */
  #isElse(status: NodeStatus): boolean {
    return this.#peers.values().some(({ status: other }) =>
      other.id !== status.id && isSame(other, status)
    );
  }
}

function hasLeft({ operation }: KvEntry): boolean {
  return operation !== "PUT";
}

/** Writes a text that others made up so that it can stand in a log. */
function shown(text: string): string {
  return text.slice(0, MAX_LABEL).replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    "\ufffd",
  );
}

/** Reads what a node says of itself; nothing if it is not that. */
function readNode(id: string, text: string): NodeStatus | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { label, since, figures } = value as Record<string, unknown>;
  if (typeof label !== "string" || typeof since !== "number") return undefined;
  const numbers = Object.entries(figures ?? {}).filter(
    (figure): figure is [string, number] => Number.isFinite(figure[1]),
  );
  return {
    id,
    label: shown(label),
    since,
    figures: Object.fromEntries(numbers),
  };
}

type Start = Pick<NodeStatus, "label" | "since">;

/** Returns whether two are the same start of the same node. */
function isSame(one: Start, other: Start): boolean {
  return one.label === other.label && one.since === other.since;
}
