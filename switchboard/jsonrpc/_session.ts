// Copyright 2026 the Wirekit authors. MIT license.

/** A JSON-RPC client that stays connected. */

import {
  type End,
  type Fault,
  fault,
  JsonSlice,
  type Question,
} from "@wirekit/hub/hub";
import { Guest } from "../guest/_guest.ts";
import type { Trouble } from "../guest/_call.ts";
import type { Asked } from "../guest/_host.ts";
import { routesOf } from "./_discovered.ts";
import { Dispatcher, failed, type Members, succeeded } from "./_dispatcher.ts";
import { openRpcOf } from "./_openrpc.ts";
import { framerOf, type StrangersFramer } from "../_lines.ts";
import type { Dialect } from "../_quick_lane.ts";
import type { Id } from "../_splice.ts";
import { type Newcomer, Session } from "../_session.ts";
import { troubleOf } from "../_trouble.ts";

/** Makes a peer give a sign of life: whatever it answers is one. */
export const PING: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  '{"jsonrpc":"2.0","id":"hub.ping","method":"hub.ping"}',
);

/** An id that no call of a client has, in case it looks at ids alone. */
const DISCOVERY = '"hub.discover"';

const DISCOVER = `{"jsonrpc":"2.0","id":${DISCOVERY},"method":"rpc.discover"}`;

const DIALECT: Dialect = {
  separator: "/",
  versioned: true,
  // In the order in which our own clients read it quickest.
  question: (route) => [
    `{"jsonrpc":"2.0","method":${route},"id":`,
    ',"params":',
  ],
  result: ['{"jsonrpc":"2.0","id":', ',"result":'],
  idLast: false,
  idOf: (number) => number,
  numberOf: (id) => id,
};

export class JsonRpcSession extends Session {
  readonly #dispatcher = new Dispatcher(this);
  /** What reads its lines, if it comes by lines, while it is a stranger. */
  #framer: StrangersFramer | undefined;
  /** What it said that it can be asked for. */
  #discovered: string | undefined;
  /** Whether it has not answered that yet, and is to be asked once more. */
  #discovering: "no" | "yes" | "again" = "no";
  #stopLooking = () => {};
  /** Whether it has shown its secret, and what reads its lines knows that. */
  #isKnown = false;

  constructor(newcomer: Newcomer) {
    super("JSON-RPC", newcomer, DIALECT);
  }

  protected override read(message: Uint8Array<ArrayBuffer>): void {
    if (this.#isKnown && this.lane.read(message)) return;
    this.#framer ??= framerOf(message);
    this.#dispatcher.receive(JsonSlice.of(message), (answer) => {
      if (answer !== undefined) this.send(answer);
    });
    const isStranger = this.visitor === undefined;
    const fits = this.#framer?.decide(isStranger) ?? true;
    if (!fits) this.drop(1009, "It sends a long line without a name");
    else if (!isStranger) this.#framer = undefined;
    this.#isKnown = !isStranger;
  }

  /** See {@linkcode Caller}. */
  cancelCall(id: string): void {
    this.lane.cancel(id);
  }

  /** See {@linkcode Session}. */
  respond(id: Id, result: string): void {
    this.send(succeeded(`${id}`, result));
  }

  /** See {@linkcode Session}. */
  refuse(id: Id, trouble: Trouble): void {
    this.send(failed(`${id}`, trouble));
  }

  /** See {@linkcode Caller}. */
  discover(): string {
    return JSON.stringify(openRpcOf(this.visitor?.catalog() ?? []));
  }

  /** See {@linkcode Caller}. */
  expects(id: JsonSlice): boolean {
    return this.isAsked(Number(id.text));
  }

  /** See {@linkcode Caller}. */
  answered(members: Members): void {
    if (this.#isDiscovery(members)) return;
    const question = this.#questionOf(members);
    const guest = this.visitor;
    if (!question || !guest) return; // Late, or twice.
    const error = members.get("error");
    const result = members.get("result");
    const failed = error && error.text !== "null";
    if (failed && result && result.text !== "null") {
      guest.spoil(question, "it has both a result and an error");
    } else if (failed) guest.refuse(question, troubleOf(error));
    else if (result) guest.answer(question, result.text);
    else guest.spoil(question, "it has no result");
  }

  /**
   * Asks for an OpenRPC document, which ours have and some others: its methods
   * are announced. It need not answer.
   */
  protected entered(): void {
    if (this.#discovered === undefined) this.#discover();
  }

  /** See {@linkcode Caller}. */
  changed(): void {
    if (this.#discovering === "no") this.#discover();
    else this.#discovering = "again";
  }

  #discover(): void {
    if (this.name === undefined || this.visitor?.hasAnnounced) return;
    this.#discovering = "yes";
    this.send(DISCOVER);
  }

  /** Takes the answer to that, if it is one. */
  #isDiscovery(members: Members): boolean {
    if (members.get("id")?.text !== DISCOVERY) return false;
    const isOld = this.#discovering === "again";
    this.#discovering = "no";
    const document = members.get("result")?.text;
    const routes = document === undefined ? undefined : routesOf(document);
    const guest = this.guest();
    if (routes === undefined || !(guest instanceof Guest)) return true;
    // A client that has answered once is asked again while somebody looks.
    if (this.#discovered === undefined) {
      const { routes } = this.hub.exchange;
      this.#stopLooking = routes.onLook(() => {
        if (this.#discovering === "no") this.#discover();
      });
    }
    if (routes !== this.#discovered && !guest.hasAnnounced) {
      guest.announce(routes, true);
    }
    this.#discovered = routes;
    if (isOld) this.#discover();
    return true;
  }

  /** See {@linkcode Connected}. */
  override leave(end?: End): void {
    this.#stopLooking();
    super.leave(end);
  }

  /** See {@linkcode Caller}. */
  unreadable(members: Members, reason: string): boolean {
    const question = members.has("method")
      ? undefined
      : this.#questionOf(members);
    if (question) this.visitor?.spoil(question, reason);
    return question !== undefined;
  }

  /**
   * A client without a name may be a web page that sends lines to every port.
   */
  nonsense(): void {
    if ((this.name ?? this.wantedName) !== undefined) return;
    this.drop(1008, "Its first message cannot be read");
  }

  #questionOf(members: Members): Question | undefined {
    return this.take(Number(members.get("id")?.text ?? NaN));
  }

  protected put(number: number, asked: Asked): Fault | undefined {
    const { route } = asked;
    const data = this.withSource(asked);
    if (typeof data !== "string") return data;
    if (data !== "null" && data[0] !== "{" && data[0] !== "[") {
      const text =
        `${this.name} takes params by name or by position: send an object or an array.`;
      return fault("InvalidData", text);
    }
    const [head, middle] = DIALECT.question(route);
    const params = data === "null" ? "" : `${middle}${data}`;
    this.send(`${head}${number}${params}}`);
    return undefined;
  }

  protected cancel(number: number): void {
    this.notify("$/cancelRequest", `{"id":${number}}`);
  }

  protected notify(method: string, params: string): void {
    this.send(`{"jsonrpc":"2.0","method":"${method}","params":${params}}`);
  }
}
