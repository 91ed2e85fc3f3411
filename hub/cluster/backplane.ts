// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What joins several hubs into one: who has which name, and how messages get
 * from one hub to another. Five calls: claim, release, publish, on message,
 * status.
 *
 * @module
 */
import type { Fault } from "../exchange/fault.ts";

/**
 * Where a message goes.
 *
 * @category Many hubs as one
 */
export type Address =
  /** To the node that has a name. */
  | { readonly name: string }
  /** To one node. */
  | { readonly node: string }
  /** To all other nodes. */
  | "all";

/**
 * One hub of a cluster, as the others know it.
 *
 * @category Many hubs as one
 */
export interface NodeStatus {
  /**
   * Tells it from all nodes that there ever were: each start makes a new one, and
   * each return of a node whose names were free in the meantime.
   */
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** When it was started, in milliseconds since 1970. */
  readonly since: number;
  /**
   * What it last said of itself: `clients`; since its start `requests`,
   * `informs`, `errors`, and `refused`, messages that were none of a hub; and the
   * means of the last seconds, `requestsPerSecond` and so on.
   */
  readonly figures: Readonly<Record<string, number>>;
  /**
   * How many signs of life this node has had of it, by the engine: whether it
   * can be reached is another question. Nothing of this node itself, or where
   * the engine knows without.
   */
  readonly signs?: number;
  /**
   * There if it gives no sign of life any more: after how many milliseconds its
   * names are free at the latest, if it gives none.
   */
  readonly endsIn?: number;
}

/**
 * How a backplane is.
 *
 * @category Many hubs as one
 */
export interface BackplaneStatus {
  /** This node. */
  readonly node: string;
  /**
   * Whether the other nodes can be reached: `"open"`; `"waiting"` while the
   * engine is away, and claims wait; `"fenced"` once it has been away for so
   * long that other nodes may take over the names of this one.
   */
  readonly state: "open" | "waiting" | "fenced" | "closed";
  /**
   * Why it is not open, in one sentence. While it is open: what the engine
   * refuses, such as to keep another name. The backplane writes it to the log.
   */
  readonly reason?: string;
  /** What an operator should do about that. */
  readonly cure?: string;
  /**
   * There while the engine does not decide who has which name, before that has
   * lasted for so long that it is a reason.
   */
  readonly undecided?: true;
  /** Since when it is in this state, in milliseconds since 1970. */
  readonly since: number;
  /** The engine that it is connected with, such as its version and address. */
  readonly engine?: string;
  /** The largest message that can be published, in bytes. */
  readonly maxMessageBytes: number;
  /** The nodes that are there, with this one. */
  readonly nodes: readonly NodeStatus[];
  /**
   * Who has which name, by the JSON texts of names, as far as this node has
   * heard: the ids of nodes. The names of this node need not be in it.
   */
  readonly names: ReadonlyMap<string, string>;
  /** There while `names` is still being read, so that some are missing. */
  readonly reading?: NamesReading;
}

/**
 * How to find out who has a name, while not all names are known.
 *
 * @category Many hubs as one
 */
export interface NamesReading {
  /** Resolves when all are known. */
  readonly done: Promise<void>;
  /**
   * Asks the engine, of a few names at the same time.
   *
   * @param name The JSON text of the name.
   * @returns The id of the other node that has the name. Nothing if none has it;
   * rejects if nobody can say so within a second.
   */
  ownerOf(name: string): Promise<string | undefined>;
}

/**
 * Is told what happens on a backplane. None of its methods may block, throw, or
 * keep the bytes of a message.
 *
 * @category Many hubs as one
 */
export interface BackplaneReceiver {
  /**
   * A claimed name is this node's.
   *
   * @param name The JSON text of the name.
   */
  won(name: string): void;
  /**
   * A claim has to wait: another node has the name, or nobody can say.
   * {@linkcode BackplaneReceiver.won} follows, unless it is released.
   *
   * @param name The JSON text of the name.
   */
  held(name: string): void;
  /**
   * A name is no longer this node's: it was cut off for too long, and another
   * node has it. The claim stays, and waits.
   *
   * @param name The JSON text of the name.
   */
  lost(name: string): void;
  /**
   * A message has come.
   *
   * @param message The message, in UTF-8.
   * @param from The id of the node that sent it.
   * @param text The same as a text, if that is known. It may be known only of
   * one whose bytes are characters each.
   */
  message(message: Uint8Array, from: string, text?: string): void;
  /** A message has come that was of no node. */
  refused(): void;
  /**
   * Nobody has the name that a message went to.
   *
   * @param ref What was published with it.
   */
  undelivered(ref: number): void;
  /**
   * What was sent to a name is lost: the engine does not pass it on.
   *
   * @param name The JSON text of the name.
   */
  unsent(name: string): void;
  /**
   * A name is no longer with the node that had it. Other nodes only.
   *
   * @param name The JSON text of the name.
   * @param dead Whether that node is gone too, so that nothing will come from
   * it. Otherwise its last messages may still be on the way.
   */
  left(name: string, dead: boolean): void;
  /**
   * A node is gone, and nothing will come from it.
   *
   * @param node Its id.
   */
  gone(node: string): void;
  /**
   * The engine is away, for a moment so far: what is to go to a name had better
   * wait. {@linkcode BackplaneReceiver.attached} or
   * {@linkcode BackplaneReceiver.detached} follows.
   */
  interrupted(): void;
  /**
   * The other nodes can be reached again: what was on the way may be lost.
   */
  attached(): void;
  /** The names of the other nodes are known: all of them were read. */
  listed(): void;
  /**
   * The other nodes cannot be reached: nothing more will come of what was sent.
   *
   * @param reason Why, in one sentence.
   */
  detached(reason: string): void;
  /**
   * What other nodes shall know of this one.
   *
   * @returns The figures.
   */
  figures(): Record<string, number>;
}

/**
 * Joins several hubs into one: the interface between a hub and the engine that
 * it shares with others. A hub without one keeps its names in its own process.
 *
 * - A name has one owner among all nodes. A node claims a name once, for all of
 *   its clients that want it, and passes it on among them as they come: first
 *   come, first served within a node, one winner among nodes.
 * - A message arrives at most once. Those from one node to another arrive in
 *   the order in which they were published. What gets lost is found out by the
 *   hubs, which ask each other what became of it.
 * - An owner that is cut off loses its names after a while. It knows by its own
 *   clock when, and neither takes nor sends messages from then on.
 *
 * @category Many hubs as one
 */
export interface Backplane {
  /**
   * Claims a name for this node.
   *
   * @param name The JSON text of the name.
   * @returns Whether it is this node's now. If it is not,
   * {@linkcode BackplaneReceiver.won} or {@linkcode BackplaneReceiver.held}
   * follows.
   */
  claim(name: string): boolean;
  /**
   * Gives a name up, or the claim.
   *
   * @param name The JSON text of the name.
   */
  release(name: string): void;
  /**
   * Sends a message.
   *
   * @param to Where to.
   * @param message The message.
   * @param ref What {@linkcode BackplaneReceiver.undelivered} is told if nobody
   * has the name: a whole number.
   * @returns Why it is not sent, if it is not.
   */
  publish(to: Address, message: string, ref?: number): Fault | undefined;
  /**
   * Says who is told what happens. Called once, before all other calls.
   *
   * @param receiver The hub.
   */
  onMessage(receiver: BackplaneReceiver): void;
  /**
   * Returns how it is.
   *
   * @returns Its state, its nodes and their names.
   */
  status(): BackplaneStatus;
  /**
   * Leaves the cluster: all names are free at once. The hub calls it when it
   * closes.
   */
  close(): Promise<void>;
}

/**
 * Is told what other hubs of a cluster say of themselves.
 *
 * @category Many hubs as one
 */
export interface PeerListener {
  /**
   * Another hub says something.
   *
   * @param text What it sent.
   * @param node Its id.
   * @returns Whether that is something that a hub says.
   */
  heard(text: string, node: string): boolean;
  /**
   * A participant of this hub tells what it can be asked.
   *
   * @param name The JSON text of its name.
   * @param text The JSON text of its routes.
   */
  announced(name: string, text: string): void;
  /** Somebody at this hub looks at what can be asked for. */
  looked(): void;
  /** The other hubs can be reached again: what they said may be lost. */
  attached(): void;
  /** The names of the other hubs are known: all of them were read. */
  listed(): void;
  /**
   * A name is no longer at the hub where it was.
   *
   * @param name The JSON text of the name.
   * @param dead Whether that hub is gone.
   */
  left(name: string, dead: boolean): void;
  /**
   * A hub is gone, after all of its names.
   *
   * @param node Its id.
   */
  gone(node: string): void;
}

/**
 * Carries what hubs of a cluster tell each other of themselves.
 *
 * @category Many hubs as one
 */
export interface PeerLine {
  /** What is told of messages that come, if anything is. */
  listener: PeerListener | undefined;
  /**
   * Sends a text to another hub, or to all of them.
   *
   * @param to Where to.
   * @param text The text, without NUL.
   * @returns Why it is not sent, if it is not.
   */
  send(to: { readonly node: string } | "all", text: string): Fault | undefined;
}
