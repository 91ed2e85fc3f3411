// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { random } from "@wirekit/internal/json";
import { OnHoldError, RemoteError } from "../../errors.ts";
import * as Text from "../../exchange/_text.ts";
import * as MessageType from "../../winerp/_message_type.ts";
import { quote, textOf } from "../_json.ts";
import type { Link } from "../_link.ts";
import {
  type Message,
  readMessage,
  writeMessage,
  writeTail,
} from "../_wire.ts";
import type { ClientState } from "../options.ts";
import { noHubError, refusedError } from "./_errors.ts";
import type { Opened } from "./_open.ts";
import type { SessionOptions } from "./_options.ts";
import type { Waits } from "./_waits.ts";

/** Identifies the answer to a sign of life; it is not a uuid of a call. */
const HEARTBEAT = "heartbeat";

/** Writes the question for a sign of life. */
export function writePing(id: string): string {
  const tail = writeTail(`"${HEARTBEAT}"`);
  return writeMessage(id, { type: MessageType.ping, tail });
}

/** The name of a client on one connection: asked for, held, then accepted. */
export class Registration {
  /** The connection. */
  readonly link: Link;
  /** The state of the client meanwhile: closed once it is given up. */
  state: Exclude<ClientState, "waiting"> = "connecting";
  readonly #options: SessionOptions;
  readonly #opened: Opened;
  readonly #waits: Waits;
  readonly #uuid = random();

  /**
   * Makes one that has not been asked for; it ends all waits when the name is
   * accepted.
   */
  constructor(
    link: Link,
    options: SessionOptions,
    opened: Opened,
    waits: Waits,
  ) {
    this.link = link;
    this.#options = options;
    this.#opened = opened;
    this.#waits = waits;
  }

  /** Asks for the name, with a token if the connection was opened without it. */
  ask(): void {
    const { token } = this.#opened;
    const text = writeMessage(this.#options.id, {
      type: MessageType.verification,
      tail: writeTail(`"${this.#uuid}"`),
    });
    // A key of our own. A real server takes no notice.
    this.link.post(
      token === undefined
        ? text
        : `${text.slice(0, -1)},"token":${quote(token)}}`,
    );
  }

  /** Takes a message of the hub. */
  receive(text: string): void {
    if (this.state === "closed") return;
    const { asker, owner } = this.#options;
    try {
      if (asker.takeInOrder(text)) return;
      if (owner.receiveInOrder(this.link, text)) return;
      const message = readMessage(text);
      if (this.state === "connecting" && typeof message.type !== "number") {
        throw new SyntaxError("Cannot read message: it has no type");
      }
      this.#dispatch(message, text.length);
    } catch (error) {
      // As a server of another protocol answers a client that wants in.
      if (this.state === "connecting") {
        void this.link.drop(noHubError(this.#opened.place, error));
      } else owner.emit("error", { error });
    }
  }

  #dispatch(message: Message, size: number): void {
    const { type, uuid, data = null } = message;
    const { asker, owner } = this.#options;
    switch (type) {
      case MessageType.success:
        return this.#accepted();
      case MessageType.error:
        return this.#refused(message);
      case MessageType.ping:
        return asker.resolve(uuid, data, false);
      case MessageType.response: {
        const isObject = message.pseudo_object === true;
        return asker.resolve(uuid, data, isObject);
      }
      default:
        owner.receive(this.link, message, size);
    }
  }

  /** The name is ours, at once or after a hold; then all other keys are null. */
  #accepted(): void {
    if (this.state === "open") return;
    const { owner } = this.#options;
    this.state = "open";
    this.link.keep();
    owner.accepted(this.link);
    this.#waits.end();
    owner.emit("ready", undefined);
  }

  #refused({ data, uuid }: Message): void {
    const text = textOf(data);
    const asks = this.state !== "open";
    if (asks && text === Text.alreadyAuthorized) return this.#held();
    if (asks && uuid === this.#uuid) {
      void this.link.drop(refusedError(this.#opened.place, text));
      return;
    }
    const { asker, owner } = this.#options;
    const error = new RemoteError(text);
    // With a uuid it is an answer, if a late one: even to a sign of life.
    if (typeof uuid === "string") asker.reject(uuid, error);
    else owner.emit("error", { error });
  }

  #held(): void {
    const { holdTimeout, owner } = this.#options;
    this.state = "held";
    this.link.expire(holdTimeout, () => new OnHoldError());
    owner.emit("hold", undefined);
  }
}
