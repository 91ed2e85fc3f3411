// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** How many messages of one node are read in a second that no hub sends. */
const MAX_REFUSED = 20_000;
/** How many numbers of questions other nodes may ask after in a second. */
const MAX_AUDITED = 300_000;

/** The first byte of what asks after questions. */
const AUDIT = 0x6f;

/**
 * Limits the work that is done for messages that no client has sent. Hubs send
 * few of them, but whoever has the secret of the engine can send many.
 */
export class Floods {
  readonly #tell: (text: string) => void;
  readonly #refused = new Map<string, number>();
  readonly #over = new Set<string>();
  #audited = 0;
  /** Whether something is not read in this second. */
  isOn = false;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Whether a message of a node is to be left unread. */
  has(message: Uint8Array, node: string): boolean {
    if (!this.isOn) return false;
    return this.isOver(node) ||
      message[0] === AUDIT && this.#audited >= MAX_AUDITED;
  }

  /** Whether nothing of a node is read. */
  isOver(node: string): boolean {
    return this.#over.has(node);
  }

  /** A message of a node was none of a hub. */
  refused(node: string): void {
    const count = (this.#refused.get(node) ?? 0) + 1;
    this.#refused.set(node, count);
    if (count < MAX_REFUSED || this.#over.has(node)) return;
    this.#over.add(node);
    this.isOn = true;
    this.#tell(
      `${MAX_REFUSED} messages that no hub sends came from the hub ${node} ` +
        "within a second: no more of it is read in this second. Somebody else " +
        "may have the secret of the cluster's engine",
    );
  }

  /** Another node has asked after so many questions. */
  audited(count: number): void {
    this.#audited += count;
    const isOver = this.#audited >= MAX_AUDITED;
    if (!isOver || this.#audited - count >= MAX_AUDITED) return;
    this.isOn = true;
    this.#tell(
      `Other hubs have asked what became of ${MAX_AUDITED} requests within a ` +
        "second: no more of that is looked up in this second. Somebody else may " +
        "have the secret of the cluster's engine",
    );
  }

  /** Is called once a second. */
  tick(): void {
    this.#audited = 0;
    this.isOn = false;
    this.#refused.clear();
    this.#over.clear();
  }
}
