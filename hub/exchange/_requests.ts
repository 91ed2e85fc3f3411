// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime } from "@wirekit/internal/clock";
import { Gauge } from "@wirekit/internal/limits";
import type { Edges } from "./_edges.ts";
import { OpenRequests } from "./_open_requests.ts";
import type { OpenRequest, Party } from "./_party.ts";
import type { Permissions } from "./_permissions.ts";
import type { Sampling } from "./_sampling.ts";
import * as Text from "./_text.ts";
import { type Fault, fault } from "./fault.ts";
import type { ExchangeOptions } from "./options.ts";
import type {
  AnswerKind,
  Content,
  Named,
  QuestionKind,
} from "./participant.ts";
import type { Counts } from "./_counts.ts";

/** Longest `uuid` of a request, as JSON text: it is remembered. */
const MAX_UUID_LENGTH = 256;

/** What looks at each request. */
interface Clerks {
  readonly permissions: Permissions;
  readonly sampling: Sampling;
  readonly edges: Edges;
  readonly totals: Counts;
}

/** Passes on questions, and sees to it that each ends once. */
export class Requests {
  /** How long one may stay open, in milliseconds. */
  readonly timeout: number;
  readonly #max: number;
  readonly #permissions: Permissions;
  readonly #sampling: Sampling;
  readonly #edges: Edges;
  readonly #totals: Counts;
  readonly #open = new OpenRequests();
  readonly #perParty: Gauge;
  readonly #waits: Gauge;
  /** In whole milliseconds: an integer takes no memory of its own. */
  #now = 0;

  constructor(
    { maxRequests, requestTimeout }: Required<
      Pick<ExchangeOptions, "maxRequests" | "requestTimeout">
    >,
    { permissions, sampling, edges, totals }: Clerks,
  ) {
    this.timeout = checkTime("requestTimeout", requestTimeout);
    this.#max = maxRequests;
    this.#permissions = permissions;
    this.#sampling = sampling;
    this.#edges = edges;
    this.#totals = totals;
    this.#perParty = new Gauge("maxRequests", maxRequests);
    this.#waits = new Gauge("requestTimeout", requestTimeout);
  }

  /** The limits, and how near parties came to them. */
  limits(parties: Iterable<Party>): Gauge[] {
    const gauge = this.#perParty;
    gauge.now = 0;
    for (const { asking } of parties) gauge.set(Math.max(asking, gauge.now));
    return [gauge, this.#waits];
  }

  /** How many are unanswered. */
  get size(): number {
    return this.#open.size;
  }

  /** Sends a question; returns what is wrong if it was not sent. */
  ask(
    asker: Party,
    asked: Party,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    tag?: unknown,
    ticket?: number,
  ): Fault | undefined {
    if (uuid.length > MAX_UUID_LENGTH) {
      const text = `The uuid is longer than ${MAX_UUID_LENGTH} characters.`;
      const reason = fault("InvalidMessage", text);
      return this.#refuse(asker, asked, uuid, kind, content, tag, reason);
    }
    if (
      asker.verdicts !== undefined &&
      !(kind === "request" && asker.verdicts.mayAskAgain(asked, content))
    ) {
      const route = kind === "request" ? content.route : "";
      const denial = this.#permissions.refusalToAsk(asker, asked.name, route);
      if (denial) {
        return this.#refuse(asker, asked, uuid, kind, content, tag, denial);
      }
    }
    const gauge = this.#perParty;
    if (asker.asking >= this.#max) {
      asker.meet(gauge);
      const text = `More than ${this.#max} requests are unanswered.`;
      const reason = fault("TooMany", text);
      return this.#refuse(asker, asked, uuid, kind, content, tag, reason);
    }
    // What comes from another node is counted there.
    if (tag === undefined) this.#edges.between(asker, asked).requests++;
    else this.#totals.fromElsewhere++;
    asker.requests++;
    asked.asked++;
    this.#totals.requests++;
    const request = this.#open.add(
      uuid,
      asker,
      asked,
      this.#now,
      tag,
      ticket,
    );
    if (asker.asking > gauge.peak) gauge.peak = asker.asking;
    const sampling = this.#sampling;
    if (sampling.isDue(asker, asked)) {
      const weight = sampling.weigh();
      const { observer } = sampling;
      request.sample = observer?.asked(request, kind, content, weight);
    }
    const refusal = asked.participant.ask(request, kind, content);
    if (refusal) {
      // A node may notice by sending it that it is cut off from the others. Then
      // the requester has been told already, as of all that it had asked them.
      return this.#end(request, refusal.text) ? refusal : undefined;
    }
    if (request.sample) sampling.observer?.passed(request.sample);
    return undefined;
  }

  /** Counts a question that is not sent, where its asker is. */
  #refuse(
    asker: Party,
    asked: Named,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    tag: unknown,
    reason: Fault,
  ): Fault {
    if (tag === undefined) {
      this.unsent(asker, asked, uuid, kind, content, reason.text);
    }
    return reason;
  }

  /** Counts a question that was sent to nobody, and shows it. */
  unsent(
    asker: Party,
    asked: Named,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    text: string,
  ): void {
    const edge = this.#edges.between(asker, asked);
    edge.requests++;
    edge.errors++;
    asker.requests++;
    asker.errors++;
    this.#totals.requests++;
    this.#totals.failures++;
    const sampling = this.#sampling;
    if (!sampling.isDue(asker, undefined)) return;
    const question = {
      uuid,
      requester: asker,
      responder: asked,
      ticket: 0,
      mark: 0,
    };
    const weight = sampling.weigh();
    const sample = sampling.observer?.asked(question, kind, content, weight);
    if (sample) sampling.observer?.failed(sample, text);
  }

  /** Ends a request that has no answer; returns whether it was open. */
  #end(request: OpenRequest, text: string): boolean {
    if (!this.#open.delete(request)) return false;
    this.#totals.failures++;
    blame(request);
    const { sample } = request;
    if (sample) this.#sampling.observer?.failed(sample, text);
    return true;
  }

  /** Finds a question that a responder has not answered yet. */
  find(
    responder: Party,
    uuid: string,
    requester: Party | undefined,
  ): OpenRequest | undefined {
    // An escape can make a text six times as long.
    if (uuid.length > 6 * MAX_UUID_LENGTH) return undefined;
    return this.#open.find(responder, uuid, requester);
  }

  /** Ends a question with its answer; returns why that is not accepted. */
  answer(
    request: OpenRequest,
    kind: AnswerKind,
    content: Content,
  ): Fault | undefined {
    if (!this.#open.delete(request)) return undefined;
    const { requester: { participant }, sample } = request;
    // Before the requester has it: the bytes may be changed for it.
    if (sample) this.#sampling.observer?.answered(sample, kind, content);
    const refusal = participant.answer(request, kind, content);
    const totals = this.#totals;
    if (kind === "error") totals.errors++;
    else if (refusal) totals.failures++;
    else totals.answers++;
    if (refusal || kind === "error") blame(request);
    if (!refusal) return undefined;
    if (sample) this.#sampling.observer?.failed(sample, refusal.text);
    participant.fail(request, refusal);
    return refusal;
  }

  /** Ends a question without an answer. */
  fail(request: OpenRequest, reason: Fault): void {
    if (!this.#end(request, reason.text)) return;
    request.requester.participant.fail(request, reason);
  }

  /** Ends all questions without an answer. */
  failAll(reason: Fault): void {
    for (const request of [...this.#open.all()]) this.fail(request, reason);
  }

  /** Forgets a question whose requester no longer wants the answer. */
  cancel(request: OpenRequest): void {
    if (!this.#open.delete(request)) return;
    const { sample } = request;
    this.#totals.abandoned++;
    if (sample) {
      this.#sampling.observer?.failed(sample, "The requester gave up.");
    }
    request.responder.participant.cancel?.(request);
  }

  /** Ends a question whose answer nobody waits for any more. */
  #abandon(request: OpenRequest, reason: Fault): void {
    this.fail(request, reason);
    request.responder.participant.cancel?.(request);
  }

  /** Ends all that a party has asked, for a reason that it is told. */
  abandonAsked(party: Party, reason: Fault): void {
    while (party.oldest) this.#abandon(party.oldest, reason);
  }

  /** Forgets all that a party has asked. */
  cancelAsked(party: Party): void {
    while (party.oldest) this.cancel(party.oldest);
  }

  /** Ends all that a party has not answered, as it no longer will. */
  failUnanswered(party: Party): void {
    const left = fault("ResponderLeft", Text.responderLeft);
    while (party.firstAsked) this.fail(party.firstAsked, left);
  }

  /** Advances the time. */
  tick(now: number): void {
    this.#now = now;
  }

  /** Ends what a party has waited for too long. */
  expire(party: Party): void {
    const latest = this.#now - this.timeout;
    while (party.oldest && party.oldest.since <= latest) {
      party.oldest.responder.meet(this.#waits);
      const text = "The request was not answered in time.";
      this.#abandon(party.oldest, fault("TimedOut", text));
    }
  }
}

/** Counts a request that ended with an error. */
function blame({ edge, requester, responder }: OpenRequest): void {
  edge.errors++;
  requester.errors++;
  responder.faults++;
}
