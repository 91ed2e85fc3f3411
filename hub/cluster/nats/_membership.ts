// Copyright 2026 the Wirekit authors. MIT license.

import {
  every,
  now,
  settled,
  sleep,
  type Timer,
} from "@wirekit/internal/clock";
import { NotConnectedError } from "@wirekit/internal/errors";
import type { Logger } from "@wirekit/internal/logger";
import type { NatsConnection } from "@nats-io/transport-node";
import type { BackplaneStatus, NodeStatus } from "../backplane.ts";
import type { Buckets } from "./_buckets.ts";
import { Hearing } from "./_hearing.ts";
import { Lease } from "./_lease.ts";
import { Link } from "./_link.ts";
import type { Mail } from "./_mail.ts";
import type { NatsNames } from "./_names.ts";
import type { Peers } from "./_peers.ts";
import {
  type Cause,
  EVICTED,
  LATE,
  type Refusal,
  refusalIn,
  ROBBED,
  stoodStill,
  UNDECIDED,
} from "./_refusals.ts";
import { Rights } from "./_rights.ts";
import { Deciding } from "./_servers.ts";
import type { SafeConnection } from "./connection/_connection.ts";

/** How a node takes part. */
export interface NodeOptions {
  readonly prefix: string;
  readonly lease: number;
  readonly maxOutboxBytes: number;
  readonly label?: string;
  readonly logger?: Logger;
  /** Makes the buckets again, if the servers have lost them. */
  restore(): Promise<unknown>;
}

/** How often a node looks at the clock, in milliseconds. */
const TICK = 250;

/** The node that is a member. */
interface Member {
  describe(): NodeStatus;
  log(level: "info" | "warn" | "error", line: string): void;
  /** The connection is away, for a moment so far. */
  interrupted(): void;
  /** The other nodes can be reached again. */
  attached(): void;
  /** They cannot be reached. */
  detached(reason: string): void;
  /** All names are known. */
  listed(): void;
  /** Messages to a name do not arrive. */
  unsent(name: string): void;
}

/** How a member is, as everybody may know. */
interface Standing {
  readonly state: BackplaneStatus["state"];
  readonly since: number;
  /** Empty if there is none. */
  readonly reason: string;
  readonly cure: string | undefined;
}

/** What a member needs. */
interface Parts {
  readonly names: NatsNames;
  readonly peers: Peers;
  readonly mail: Mail;
}

/** Whether a node has a part in the cluster, and how it gets it back. */
export class Membership {
  readonly #line: SafeConnection;
  readonly #connection: NatsConnection;
  readonly #options: NodeOptions;
  readonly #names: NatsNames;
  readonly #peers: Peers;
  readonly #mail: Mail;
  readonly #node: Member;
  readonly #lease: Lease;
  readonly #deciding: Deciding;
  readonly #rights: Rights;
  readonly #hearing: Hearing;
  readonly #link: Link;
  state: BackplaneStatus["state"] = "open";
  /** Why it is not open. */
  reason = "";
  /** What to do about that, if there is a connection. */
  #cure: string | undefined;
  #since = Date.now();
  /** When it last looked at the clock, by both. */
  #looked = [now(), Date.now()] as const;
  #clock: Timer | undefined;
  #rejoining = false;

  constructor(
    line: SafeConnection,
    buckets: Buckets,
    options: NodeOptions,
    parts: Parts,
    node: Member,
  ) {
    const { lease, prefix } = options;
    this.#line = line;
    this.#connection = line.connection;
    this.#options = options;
    this.#names = parts.names;
    this.#peers = parts.peers;
    this.#mail = parts.mail;
    this.#node = node;
    this.#lease = new Lease(buckets.nodes, lease, {
      describe: () => node.describe(),
      evicted: () => this.#fence(EVICTED),
      failed: (error) => this.failed(error),
    });
    this.#deciding = new Deciding(
      this.#lease,
      parts.names.claims,
      (level, line) => node.log(level, line),
    );
    const { names } = buckets;
    this.#rights = new Rights(line, { names, prefix, lease }, this);
    this.#hearing = new Hearing(
      this.#connection,
      buckets,
      options,
      parts,
      this,
    );
    this.#link = new Link(this.#connection, this);
  }

  get id(): string {
    return this.#lease.id;
  }

  /** Whether there is a connection to a server. */
  get isLinked(): boolean {
    return this.#link.isUp;
  }

  /** Whether names can be claimed now. */
  get ready(): boolean {
    const { refusal } = this.#rights;
    return this.#link.isUp && this.isOpen() && !this.#rejoining &&
      // Others go on if messages to one name are refused.
      (!refusal || refusal.name !== undefined);
  }

  /** Whether the servers do not decide now, for however short a time. */
  get isUndecided(): boolean {
    return this.#deciding.isUndecided;
  }

  get standing(): Standing {
    const { state, reason } = this;
    const { refusal } = this.#rights;
    const isAway = state !== "open" &&
      (state !== "fenced" || !this.#link.isUp);
    const since = this.#since;
    if (isAway) return { state, since, reason, cure: this.#link.cure };
    if (refusal) {
      return { state, since, reason: refusal.text, cure: refusal.cure };
    }
    return state === "open" && this.#deciding.isOff
      ? { state, since, ...UNDECIDED }
      : { state, since, reason, cure: this.#cure };
  }

  /** Takes part; gives up at a time, if the servers are not ready by then. */
  async start(end: number): Promise<void> {
    this.#mail.open();
    await this.#until(end, () => this.#rights.prove());
    await this.#until(end, () => this.#lease.enter());
    await this.#until(end, () => this.#hearing.recognize());
    await this.#until(end, () => this.#hearing.listen());
    this.#link.follow();
    this.#clock = every(TICK, () => this.#tick());
    this.#line.onRefusal((words) => this.#rights.hear(words));
  }

  /** Tries something, until a time, unless the servers refuse it. */
  async #until(end: number, act: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        const isFinal = refusalIn(error) || now() + TICK > end ||
          this.#connection.isClosed();
        if (isFinal) throw error;
        await sleep(TICK);
      }
    }
  }

  /** Whether this node may act: the others take it for alive. */
  isOpen(): boolean {
    const state = this.state;
    if (state !== "open" && state !== "waiting") return false;
    if (this.#lease.isKept) return state === "open";
    this.#fence(this.#whyLate());
    return false;
  }

  /** Why its lease has ended. */
  #whyLate(): Cause {
    const [time, date] = this.#looked;
    const still = Math.max(now() - time, Date.now() - date);
    if (still > this.#options.lease / 2) return stoodStill(still);
    const { refusal } = this.#rights;
    if (this.state !== "open") {
      return { reason: this.reason, cure: this.#link.cure };
    }
    return refusal ? { reason: refusal.text } : LATE;
  }

  #tick(): void {
    this.isOpen();
    this.#looked = [now(), Date.now()];
    this.#peers.tick();
    if (!this.#link.isUp) return;
    this.#hearing.tick();
    const { refusal, isDue } = this.#rights;
    if (this.state === "fenced") {
      // With many names it takes longer than the lease.
      const { isKept, isDue: isOld } = this.#lease;
      if (this.#rejoining && isKept && isOld) this.#lease.renew();
      if (!refusal || isDue) this.#rejoin();
      return;
    }
    this.#deciding.look();
    if (isDue) {
      this.#rights.look();
      this.#lease.hurry();
    }
    if (this.#lease.isDue) {
      this.#lease.renew();
      this.#hearing.check();
    }
  }

  robbed(): void {
    this.#fence(ROBBED);
  }

  /** Lets go of all names: others may have them. */
  #fence({ reason, cure }: Cause): void {
    if (this.state === "fenced" || this.state === "closed") return;
    this.#mail.shutNames();
    this.#become("fenced", reason, cure);
  }

  /** Comes back as another node, with the names that are still free. */
  async #rejoin(): Promise<void> {
    if (this.#rejoining) return;
    this.#rejoining = true;
    const before = this.id;
    try {
      await this.#options.restore();
      await this.#rights.look();
      if (this.#rights.refusal) return;
      await this.#hearing.recognize();
      this.#lease.rename();
      this.#mail.open();
      await this.#lease.enter();
      await this.#names.claims.renew();
      await this.#hearing.listen();
      this.#goOn().catch((error) => this.failed(error));
    } catch (error) {
      // The engine is not there yet: it is tried again.
      this.failed(error);
      if (!(error instanceof NotConnectedError)) return;
      const reason = `${error.message}.`;
      if (reason !== this.reason) this.#node.log("warn", reason);
      this.reason = reason;
      this.#cure = undefined;
    } finally {
      this.#rejoining = false;
      this.#lease.end(before);
    }
  }

  /** It may be fenced again while it does. */
  async #goOn(): Promise<void> {
    if (this.state === "closed") return;
    this.#rejoining = false;
    this.#become("open", "");
    // Not before: what comes to a node that is cut off is dropped.
    await this.#names.claims.open();
    this.#names.claims.resume();
  }

  #become(
    state: BackplaneStatus["state"],
    reason: string,
    cure?: string,
  ): void {
    const before = this.state;
    this.state = state;
    this.reason = reason;
    this.#cure = cure;
    if (state === before || state === "closed") return;
    this.#since = Date.now();
    if (state === "open") {
      this.#node.log("info", "The other hubs can be reached again");
      this.#node.attached();
      return;
    }
    this.#mail.drop();
    const advice = cure === undefined ? "" : `. ${cure}`;
    this.#node.log(
      "error",
      before === "open"
        ? `${reason} Clients of this hub reach each other, no others${advice}`
        : `${reason} Other hubs may take over the names of this one by now`,
    );
    this.#names.claims.hold();
    if (before === "open") this.#node.detached(reason);
  }

  // The connection.

  interrupted(): void {
    if (this.state === "open") this.#node.interrupted();
  }

  away(reason: string): void {
    if (this.state === "open") {
      this.#become("waiting", reason, this.#link.cure);
    } else if (this.state === "fenced") {
      this.reason = reason;
      this.#cure = this.#link.cure;
    }
  }

  warned(words: string): void {
    const reason = this.#link.warned(words);
    const isAway = this.state === "waiting" || this.state === "fenced";
    if (reason && isAway) this.reason = reason;
  }

  back(): void {
    const sendLate = this.#mail.takeLate();
    if (this.isOpen()) this.#node.attached();
    else if (this.state === "waiting") this.#become("open", "");
    sendLate();
    this.#lease.hurry();
    this.#hearing.listenAgain();
    this.#names.claims.resume();
  }

  // What the engine refuses.

  /** Something has failed: the engine may refuse it. */
  failed(error: unknown): void {
    this.#rights.failed(error);
  }

  unsent(name: string): void {
    this.#node.unsent(name);
  }

  cutOff({ text }: Refusal): void {
    this.#fence({ reason: text });
  }

  granted({ name }: Refusal): void {
    // It may have been told nothing in the meantime.
    if (name === undefined) this.#hearing.doubt();
    this.#names.claims.resume();
  }

  log(level: "info" | "warn" | "error", line: string): void {
    this.#node.log(level, line);
  }

  listed(): void {
    this.#node.listed();
  }

  /** Removes the names of a node that is gone, if nobody wants them. */
  clearUp(orphans: [string, number][]): void {
    this.#hearing.clearUp(orphans);
  }

  /** Leaves the cluster. */
  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.#mail.endTurn();
    const hasLease = this.state !== "fenced" || this.#rejoining;
    this.#become("closed", "This hub has left the cluster.");
    this.#clock?.stop();
    this.#link.close();
    this.#hearing.close();
    if (this.#link.isUp && hasLease) {
      await settled(this.#lease.end(), 1_000);
    }
    await settled(this.#connection.close(), 1_000);
  }
}
