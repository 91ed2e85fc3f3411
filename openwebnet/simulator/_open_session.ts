// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** A session of a client with a simulated gateway, once it is let in. */

import { later, now, sleep } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import type { SessionKind } from "../session/handshake.ts";
import type { GatewayProfile } from "../session/profiles.ts";
import { type Message, parse } from "../wire/message.ts";
import type { FaultsToMake } from "./_faults_to_make.ts";
import { isUnconfirmed, takes } from "./_firmware.ts";
import type { Ledger } from "./_ledger.ts";
import type { Random } from "./_random.ts";
import type { CommandFault } from "./faults.ts";
import type { Plant } from "./plant.ts";

/** The gateway, as its sessions know it. */
export interface SessionHost {
  readonly profile: GatewayProfile;
  /** How many times faster than ours its clock runs. */
  readonly speed: number;
  readonly plant: Plant;
  readonly random: Random;
  readonly faults: FaultsToMake;
  readonly executed: Ledger;
  readonly received: Ledger;
  /** Fires when the gateway closes. */
  readonly closing: AbortSignal;
  /** Sends a frame to every event session. */
  publish(frame: string): void;
}

/** What answers the frames of one client. */
export class OpenSession {
  /** What it was opened for. */
  readonly kind: SessionKind;
  /** The client. */
  readonly transport: Transport<string>;
  /** When the last frame came. */
  touched: number = now();
  /** Whether the gateway has dropped it without telling the client. */
  dead = false;
  readonly #host: SessionHost;

  /** Makes one that does not read yet. */
  constructor(
    kind: SessionKind,
    transport: Transport<string>,
    host: SessionHost,
  ) {
    this.kind = kind;
    this.transport = transport;
    this.#host = host;
  }

  /** Answers all frames; resolves when the client is gone. */
  async serve(): Promise<void> {
    const { profile, speed } = this.#host;
    const end = this.kind === "event" && profile.eventLifetime > 0
      ? later(profile.eventLifetime / speed, () => void this.transport.close())
      : undefined;
    try {
      for await (const frame of this.transport) {
        this.touched = now();
        await this.#receive(frame);
      }
    } finally {
      end?.stop();
    }
  }

  async #receive(frame: string): Promise<void> {
    const { profile, faults, random, received } = this.#host;
    const message = parse(frame);
    received.add(frame);
    if (this.dead) return await this.transport.close();
    if (message.kind === "ack") {
      if (this.kind === "event" && profile.refusesKeepalive) {
        await this.#send(["*#*0##"]);
      }
      return;
    }
    // A MyHOMEServer1 closes when a client asks for a session again.
    if (message.kind === "session") return await this.transport.close();
    if (this.kind === "event") return await this.#send(["*#*0##"]);
    const fault = faults.takeCommand(frame);
    if (fault !== undefined) return await this.#misbehave(frame, fault);
    const strays = profile.strays && random.next() < 0.3
      ? ["*#4*2*14*0330##"]
      : [];
    await this.#send([...strays, ...this.#execute(frame, message)]);
  }

  async #send(frames: readonly string[]): Promise<void> {
    for (const frame of frames) await this.transport.send(frame);
  }

  /** Carries out a frame, and returns the frames of the answer. */
  #execute(frame: string, message: Message = parse(frame)): string[] {
    const { profile, plant, executed, publish } = this.#host;
    if (!("who" in message) || !takes(profile, message)) return ["*#*0##"];
    const { ack, replies, events } = plant.handle(message);
    if (!ack) return ["*#*0##"];
    executed.add(frame);
    for (const event of events) publish(event);
    return [...replies, isUnconfirmed(profile, message) ? "*#*0##" : "*#*1##"];
  }

  async #misbehave(frame: string, fault: CommandFault): Promise<void> {
    switch (fault.fault) {
      case "close":
        return await this.transport.close();
      case "close after":
        this.#execute(frame);
        return await this.transport.close();
      case "close within":
        await this.#send(this.#execute(frame).slice(0, 1));
        return await this.transport.close();
      case "silent":
        return;
      case "silent after":
        this.#execute(frame);
        return;
      case "nack":
        return await this.#send([`*#*${fault.code ?? 0}##`]);
      case "busy":
        return await this.#send(["*#*6##", "*#*0##"]);
      case "late": {
        const answer = this.#execute(frame);
        await sleep(fault.delay ?? 100, { signal: this.#host.closing });
        return await this.#send(answer);
      }
      case "stray":
        return await this.#send([
          ...(fault.frames ?? ["*#4*2*14*0330##"]),
          ...this.#execute(frame),
        ]);
    }
  }
}
