// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Passes messages by name, and keeps track of unanswered requests. It does not
 * depend on a wire format: winerp clients take part through
 * {@linkcode Router.connect}, anything else through {@linkcode Exchange.enter}.
 *
 * @module
 */
import { checkTime } from "@wirekit/internal/clock";
import { checkLimits, Gauge } from "@wirekit/internal/limits";
import type { Pass } from "../access/pass.ts";
import { CloseError } from "@wirekit/transport/transport";
import { Cluster } from "../cluster/_cluster.ts";
import type { Backplane, BackplaneStatus } from "../cluster/backplane.ts";
import { Edges } from "./_edges.ts";
import { bytesOf, type OpenRequest, Party } from "./_party.ts";
import { type Fault, fault } from "./fault.ts";
import { Names } from "./_names.ts";
import { OpenRequests } from "./_open_requests.ts";
import * as Text from "./_text.ts";
import { plain, Verdicts } from "./_verdicts.ts";
import type { Observer } from "./observer.ts";
import { Routes } from "./routes.ts";
import type {
  About,
  AnswerKind,
  Content,
  End,
  EndKind,
  Member,
  Named,
  Participant,
  Question,
  QuestionKind,
} from "./participant.ts";

/** Options of {@linkcode Exchange}. */
export interface ExchangeOptions {
  /**
   * The longest name, in bytes of its JSON text.
   *
   * @default {256}
   */
  maxNameBytes?: number;
  /**
   * Which characters a name may have: `"visible"` are all but control
   * characters, ends of lines and those that turn text around, which a terminal
   * or a page would not show as they are; `"ascii"` are letters, digits and
   * `-_.:@/` only; `"any"` are all.
   *
   * @default {"visible"}
   */
  nameCharacters?: "any" | "visible" | "ascii";
  /**
   * The most unanswered requests of one participant. Further ones are answered
   * with an error.
   *
   * @default {16384}
   */
  maxRequests?: number;
  /**
   * How long a request may stay open, in milliseconds, before its requester
   * gets an error. Callers set their own, shorter deadlines: this one limits
   * what the hub remembers.
   *
   * @default {3600000} One hour
   */
  requestTimeout?: number;
  /**
   * What joins this hub with others into one.
   *
   * @default None: its names are in this process.
   */
  backplane?: Backplane;
  /**
   * Called when a name is taken, held or given up.
   *
   * @param event What happened.
   * @param name The JSON text of the name.
   */
  onName?: (event: "join" | "hold" | "leave", name: string) => void;
  /**
   * Called when a participant asks for what its pass does not allow.
   *
   * @param text What it was not allowed, in one sentence.
   */
  onDenial?: (text: string) => void;
}

/** What an exchange has passed on so far. */
export interface Totals {
  /** Requests. */
  readonly requests: number;
  /** Requests that ended with a result. */
  readonly answers: number;
  /** Requests that ended with an error of their responder. */
  readonly errors: number;
  /** Requests that the exchange ended: nobody answered them. */
  readonly failures: number;
  /** Requests whose requester left, or no longer wanted the answer. */
  readonly abandoned: number;
  /** Information, as often as it was sent. */
  readonly informs: number;
  /** Information, as often as somebody was sent it. */
  readonly told: number;
}

/** The most names that are blocked at a time. */
const MAX_BLOCKED = 1_000;

/** As often as nothing is shown where nobody watches. */
const RARELY = 1_000_000;

/** What names look like, by `nameCharacters`. */
const NAME_REGEXPS = {
  any: /^/,
  // Control characters, ends of lines, halves of characters, and marks of
  // direction, which let one name look like another.
  visible:
    /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u,
  ascii: /^[A-Za-z0-9._:@/-]*$/,
} as const;

/** Longest `uuid` of a request, as JSON text: it is remembered. */
const MAX_UUID_LENGTH = 256;

/** The name of the hub itself, as JSON text: nobody can take it. */
export const HUB = '"@hub"';

/**
 * Passes questions, answers and information between participants by name. It
 * never parses the data, which is passed on as the text that came in.
 *
 * @example A participant in the hub's own process
 * ```ts
 * import { Client, serve } from "@wirekit/hub";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0 });
 * const { exchange } = server.hub;
 * const echo = exchange.enter({
 *   ask(question, _kind, { data }) {
 *     const nothing = { route: "null", traceback: "null", pseudoObject: "null" };
 *     exchange.answer(question, "response", { ...nothing, data });
 *     return undefined;
 *   },
 *   answer: () => undefined,
 *   fail() {},
 *   tell: () => undefined,
 *   admit() {},
 *   end() {},
 * });
 * exchange.claim(echo, '"echo"');
 *
 * await using client = new Client("me", { url: server.urls[0] });
 * await client.connect();
 * const data = { id: 18446744073709551615n };
 * assertEquals(await client.request("echo", "any", data), data);
 * ```
 */
export class Exchange {
  /** What the participants can be asked for, as far as it is known. */
  readonly routes: Routes = new Routes();
  readonly #options: Required<Omit<ExchangeOptions, "backplane">>;
  readonly #names = new Names<Party>();
  readonly #open = new OpenRequests();
  readonly #nameBytes: Gauge;
  readonly #requests: Gauge;
  readonly #waits: Gauge;
  /** The other nodes, if there are any. */
  readonly #cluster: Cluster | undefined;
  readonly #edges = new Edges();
  readonly #parties = new Set<Party>();
  /** The participant that is the hub itself. */
  #self: Party | undefined;
  #observer: Observer | undefined;
  /** How many messages to pass over until the observer is shown the next. */
  #skip = 0;
  readonly #totals = {
    requests: 0,
    answers: 0,
    errors: 0,
    failures: 0,
    abandoned: 0,
    informs: 0,
    told: 0,
  };
  /** Until when names are blocked, in milliseconds of the clock. */
  readonly #blocked = new Map<string, number>();
  /** In whole milliseconds: an integer takes no memory of its own. */
  #now = 0;
  /** How many participants there were. */
  #members = 0;

  /**
   * Makes an exchange without participants.
   *
   * @param options Limits.
   */
  constructor(options: ExchangeOptions = {}) {
    checkLimits(options);
    const { backplane, ...rest } = options;
    this.#options = {
      maxNameBytes: 256,
      nameCharacters: "visible",
      maxRequests: 16_384,
      requestTimeout: 3_600_000,
      onName: () => {},
      onDenial: () => {},
      ...rest,
    };
    checkTime("requestTimeout", this.#options.requestTimeout);
    const { maxNameBytes, maxRequests, nameCharacters } = this.#options;
    if (!Object.hasOwn(NAME_REGEXPS, nameCharacters)) {
      throw new TypeError(
        `nameCharacters must be "any", "visible" or "ascii": got ${
          JSON.stringify(nameCharacters)
        }`,
      );
    }
    this.#nameBytes = new Gauge("maxNameBytes", maxNameBytes);
    this.#requests = new Gauge("maxRequests", maxRequests);
    this.#waits = new Gauge("requestTimeout", this.#options.requestTimeout);
    if (backplane) {
      this.#cluster = new Cluster(this.#host(), backplane);
      this.#names.registry = this.#cluster;
    }
  }

  /** The limits, and how near the participants came to them. */
  get limits(): readonly Gauge[] {
    const requests = this.#requests;
    requests.now = 0;
    for (const { asking } of this.#names.holders()) {
      requests.set(Math.max(asking, requests.now));
    }
    return [this.#nameBytes, requests, this.#waits];
  }

  /**
   * The names that participants of this process have, as JSON texts, in the
   * order in which they were taken.
   */
  get names(): string[] {
    return [...this.#names.keys()];
  }

  /**
   * Finds a participant. In a cluster, one that may be on another node: what it
   * is asked fails if nobody has the name.
   *
   * @param name The JSON text of a name, as `JSON.stringify()` writes it.
   * @returns The participant that has it.
   */
  find(name: string | undefined): Member | undefined {
    if (name === undefined) return undefined;
    return this.#names.holder(name) ??
      (name === HUB ? this.#self : this.#elsewhere(name)?.find(name));
  }

  /**
   * The other nodes, if one of them may have a name. A longer one than can be
   * claimed would be more than some engines take.
   */
  #elsewhere(name: string): Cluster | undefined {
    const { maxNameBytes } = this.#options;
    return name.length > maxNameBytes ? undefined : this.#cluster;
  }

  /** How the cluster is, if this hub is in one. */
  get cluster(): BackplaneStatus | undefined {
    return this.#cluster?.status;
  }

  /** What it has passed on so far. */
  get totals(): Totals {
    return this.#totals;
  }

  /**
   * All participants of this process but the hub itself, in the order in which
   * they came.
   */
  get members(): Iterable<Member> {
    return this.#parties;
  }

  /** How long a request may stay open, in milliseconds. */
  get requestTimeout(): number {
    return this.#options.requestTimeout;
  }

  /** How many requests are unanswered. */
  get openQuestions(): number {
    return this.#open.size;
  }

  /**
   * Lets an observer see what goes on.
   *
   * @param observer The only one from now on.
   */
  observe(observer: Observer): void {
    this.#observer = observer;
    this.#skip = 0;
  }

  /**
   * Adds the participant that is the hub itself: it has the name `"@hub"`, and
   * is told nothing that is for all.
   *
   * @param participant The participant.
   * @returns What represents it in the other methods.
   */
  host(participant: Participant): Member {
    const party = new Party(this.#members++, participant);
    party.name = HUB;
    party.nameBytes = bytesOf(HUB);
    party.active = true;
    return this.#self = party;
  }

  /**
   * Finds a participant that is here, or that has asked one here.
   *
   * @param name The JSON text of a name.
   * @returns The participant that has it.
   */
  known(name: string): Member | undefined {
    return this.#names.holder(name) ??
      (name === HUB ? this.#self : undefined) ??
      this.#elsewhere(name)?.known(name);
  }

  /**
   * Returns whether somebody has a name, as far as this process knows.
   *
   * @param name The JSON text of a name.
   * @returns Whether it is taken.
   */
  has(name: string): boolean {
    return this.#names.holder(name) !== undefined || name === HUB ||
      this.#cluster?.has(name) === true;
  }

  /**
   * Finds out whether somebody has a name.
   *
   * @param name The JSON text of a name.
   * @param then Is told, at once unless other nodes have to be asked.
   */
  probe(name: string | undefined, then: (found: boolean) => void): void {
    if (name === undefined || name === HUB) return then(name === HUB);
    const cluster = this.#elsewhere(name);
    const isHere = this.#names.holder(name) !== undefined;
    if (isHere || !cluster) then(isHere);
    else cluster.probe(name, then);
  }

  /**
   * Adds a participant, without a name yet.
   *
   * @param participant The participant.
   * @param about What is known of it.
   * @returns What represents it in the other methods.
   */
  enter(participant: Participant, about?: About): Member {
    const party = new Party(this.#members++, participant, about, this.#now);
    this.#parties.add(party);
    return party;
  }

  /**
   * Says what a participant may do. Without it, it may do everything.
   *
   * @param member The participant.
   * @param pass What it may do, whatever name it has.
   */
  allow(member: Member, pass: Pass): void {
    const party = member as Party;
    const { name } = party;
    party.given = pass;
    party.pass = name === undefined ? pass : pass.named?.(plain(name)) ?? pass;
    party.verdicts = party.pass.mayReachAll
      ? undefined
      : new Verdicts(party.pass);
  }

  /**
   * Renews the passes of all participants.
   *
   * @param renewed Returns what a pass is worth now; nothing if it is not valid
   * any more. Then its participant is disconnected.
   */
  renewPasses(renewed: (pass: Pass) => Pass | undefined): void {
    for (const member of [...this.#parties]) {
      const { given, name } = member;
      if (!given) continue;
      const pass = renewed(given);
      if (pass && (name === undefined || pass.mayTake(plain(name)))) {
        this.allow(member, pass);
      } else this.drop(member, 1008, "Its token is not valid any more");
    }
  }

  /**
   * Returns what a participant may do, under the name that it has or waits for.
   *
   * @param member The participant.
   * @returns The pass, if one was given.
   */
  passOf(member: Member): Pass | undefined {
    return (member as Party).pass;
  }

  /**
   * Returns why a participant may not ask another, if its pass does not allow
   * it. Nobody has to have the name of the other.
   *
   * @param from The requester.
   * @param name The JSON text of the name of the other.
   * @param route The JSON text of the route; empty for a function of an object.
   * @returns The reason.
   */
  refusal(
    from: Member,
    name: string | undefined,
    route: string,
  ): Fault | undefined {
    const party = from as Party;
    if (!party.verdicts || party.verdicts.mayAsk({ name }, route)) {
      return undefined;
    }
    const what = route === "" ? "a function" : short(route);
    return this.#deny(party, `ask ${short(name ?? "null")} for ${what}`);
  }

  /**
   * Returns why a participant may not know whether somebody has a name, if its
   * pass does not allow it: it is not to see who is there, nor to ask or inform
   * that name.
   *
   * @param from The participant.
   * @param name The JSON text of the name.
   * @returns The reason.
   */
  refusalToSee(from: Member, name: string): Fault | undefined {
    const { verdicts, pass } = from as Party;
    if (
      !verdicts || pass!.mayWatch || verdicts.mayAsk({ name }, "") ||
      verdicts.mayInform(name)
    ) return undefined;
    return this.#deny(from, `see ${short(name)}`);
  }

  /**
   * Claims a name, and gives up the one before. If another participant has it,
   * `member.active` stays false, and `participant.admit()` is called when it is
   * free. In a cluster that takes a moment, until `participant.admit()` or
   * `participant.hold()` is called.
   *
   * @param member The participant that claims it.
   * @param name The JSON text of the name, as `JSON.stringify()` writes it.
   * @returns Why the name is refused, if it is.
   */
  claim(member: Member, name: string): Fault | undefined {
    const { maxNameBytes, nameCharacters } = this.#options;
    const bytes = name.length > maxNameBytes ? undefined : bytesOf(name);
    if (!bytes || bytes.length > maxNameBytes) {
      (member as Party).meet(this.#nameBytes);
      const text = `The name is longer than ${maxNameBytes} bytes.`;
      return fault("NameRefused", text);
    }
    if (!NAME_REGEXPS[nameCharacters].test(plain(name))) {
      const text = nameCharacters === "ascii"
        ? "The name has characters besides letters, digits and -_.:@/"
        : "The name has characters that cannot be seen.";
      return fault("NameRefused", text);
    }
    if (bytes.length > this.#nameBytes.peak) {
      this.#nameBytes.peak = bytes.length;
    }
    if (name === HUB) {
      return fault("NameRefused", `The name ${HUB} is the hub's own.`);
    }
    if (this.#isBlocked(name)) {
      return fault("NameRefused", `The name ${name} is blocked for now.`);
    }
    const party = member as Party;
    const { given } = party;
    if (given && !given.mayTake(plain(name))) {
      return this.#deny(party, `be called ${short(name)}`);
    }
    if (party.name !== name) this.#release(party);
    party.name = name;
    party.nameBytes = bytes;
    if (given) this.allow(party, given);
    party.active = this.#names.claim(name, party);
    if (party.active) this.#tellName("join", party, name);
    // In a cluster the others are asked first, unless one has it here.
    else if (
      !this.#cluster || this.#names.holder(name) ||
      this.#names.first(name)?.held
    ) {
      party.held = true;
      this.#tellName("hold", party, name);
    }
    return undefined;
  }

  #tellName(
    event: "join" | "hold" | "leave",
    party: Party,
    name: string,
    end?: End,
  ): void {
    this.#options.onName(event, name);
    this.#observer?.presence(event, party, end);
  }

  /**
   * Disconnects those who have a name or wait for it, and lets nobody take it
   * for a while.
   *
   * @param name The JSON text of the name.
   * @param ms For how long, in milliseconds; 0 ends it.
   * @returns Why it is not possible, if it is not.
   */
  block(name: string, ms: number): Fault | undefined {
    this.#blocked.delete(name);
    if (ms === 0) return undefined;
    for (const each of this.#blocked.keys()) this.#isBlocked(each);
    if (this.#blocked.size >= MAX_BLOCKED) {
      return fault("TooMany", `More than ${MAX_BLOCKED} names are blocked.`);
    }
    this.#blocked.set(name, this.#now + ms);
    // The holder last, or the next one would have the name for a moment.
    const all = [...this.#parties].filter((party) => party.name === name)
      .sort((a, b) => Number(a.active) - Number(b.active));
    for (const party of all) {
      this.drop(party, 1008, "Its name is blocked", "operator");
    }
    return undefined;
  }

  /** Until when names are blocked, in milliseconds of the clock, by name. */
  get blocked(): ReadonlyMap<string, number> {
    for (const name of this.#blocked.keys()) this.#isBlocked(name);
    return this.#blocked;
  }

  #isBlocked(name: string): boolean {
    const until = this.#blocked.get(name);
    if (until === undefined) return false;
    if (until > this.#now) return true;
    this.#blocked.delete(name);
    return false;
  }

  /**
   * Sends a question to another participant. The requester is told the outcome:
   * the answer, or that there will be none.
   *
   * @param from The requester. It need not have a name.
   * @param to The participant that is asked.
   * @param uuid The uuid that identifies the question for the requester, as
   * JSON text.
   * @param kind The kind of question.
   * @param content The content of the question.
   * @param tag What a node of a cluster remembers of it.
   * @returns What is wrong, if anything is: the question was not sent then.
   */
  ask(
    from: Member,
    to: Member,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    tag?: unknown,
  ): Fault | undefined {
    if (uuid.length > MAX_UUID_LENGTH) {
      const text = `The uuid is longer than ${MAX_UUID_LENGTH} characters.`;
      return fault("InvalidMessage", text);
    }
    const { maxRequests } = this.#options;
    const asker = from as Party;
    const asked = to as Party;
    if (
      asker.verdicts !== undefined &&
      !(kind === "request" && asker.verdicts.mayAskAgain(asked, content))
    ) {
      const route = kind === "request" ? content.route : "";
      const denial = this.refusal(asker, asked.name, route);
      if (denial) return denial;
    }
    if (asker.asking >= maxRequests) {
      asker.meet(this.#requests);
      const text = `More than ${maxRequests} requests are unanswered.`;
      return fault("TooMany", text);
    }
    // What comes from another node is counted there.
    if (tag === undefined) this.#edges.between(asker, asked).requests++;
    asker.requests++;
    asked.asked++;
    this.#totals.requests++;
    const request = this.#open.add(uuid, asker, asked, this.#now, tag);
    const requests = this.#requests;
    if (asker.asking > requests.peak) requests.peak = asker.asking;
    if (--this.#skip < 0 || asker.watched || asked.watched) {
      const weight = this.#weigh();
      request.sample = this.#observer?.asked(request, kind, content, weight);
    }
    const refusal = asked.participant.ask(request, kind, content);
    if (refusal) this.#end(request, refusal.text);
    else if (request.sample) this.#observer?.passed(request.sample);
    return refusal;
  }

  /**
   * Returns how many messages the one that is shown stands for: none if it is
   * shown for its name only.
   */
  #weigh(): number {
    if (this.#skip >= 0) return 0;
    const stride = this.#observer?.stride ?? RARELY;
    this.#skip = stride - 1;
    return stride;
  }

  /** Ends a request that has no answer; returns whether it was open. */
  #end(request: OpenRequest, text: string): boolean {
    if (!this.#open.delete(request)) return false;
    this.#totals.failures++;
    this.#blame(request);
    if (request.sample) this.#observer?.failed(request.sample, text);
    return true;
  }

  /** Counts a request that ended with an error. */
  #blame({ edge, requester, responder }: OpenRequest): void {
    edge.errors++;
    requester.errors++;
    responder.faults++;
  }

  /**
   * Finds a question that a participant has not answered yet. The participant
   * and the uuid say which: a stranger who knows the uuid cannot answer.
   *
   * @param responder The participant that was asked.
   * @param uuid The uuid, as JSON text, in any spelling.
   * @param requester The participant that asked; by default the first one.
   * @returns The question; of several with the same uuid, the first.
   */
  question(
    responder: Member,
    uuid: string,
    requester?: Member,
  ): Question | undefined {
    // An escape can make a text six times as long.
    if (uuid.length > 6 * MAX_UUID_LENGTH) return undefined;
    return this.#open.find(
      responder as Party,
      uuid,
      requester as Party | undefined,
    );
  }

  /**
   * Finds the one question that a participant has not answered yet.
   *
   * @param responder The participant that was asked.
   * @returns The question; none if there are more.
   */
  onlyQuestion(responder: Member): Question | undefined {
    const { firstAsked, lastAsked } = responder as Party;
    return firstAsked === lastAsked ? firstAsked : undefined;
  }

  /**
   * Ends a question with its answer. Does nothing if it has ended already.
   *
   * @param question The question.
   * @param kind Whether the answer is a result or an error.
   * @param content The answer.
   * @returns Why the requester does not accept it, if it does not.
   */
  answer(
    question: Question,
    kind: AnswerKind,
    content: Content,
  ): Fault | undefined {
    const request = question as OpenRequest;
    if (!this.#open.delete(request)) return undefined;
    const { requester: { participant }, sample } = request;
    // Before the requester has it: the bytes may be changed for it.
    if (sample) this.#observer?.answered(sample, kind, content);
    const refusal = participant.answer(request, kind, content);
    const totals = this.#totals;
    if (kind === "error") totals.errors++;
    else if (refusal) totals.failures++;
    else totals.answers++;
    if (refusal || kind === "error") this.#blame(request);
    if (!refusal) return undefined;
    if (sample) this.#observer?.failed(sample, refusal.text);
    participant.fail(request, refusal);
    return refusal;
  }

  /**
   * Ends a question without an answer. Does nothing if it has ended already.
   *
   * @param question The question.
   * @param fault The reason.
   */
  fail(question: Question, fault: Fault): void {
    const request = question as OpenRequest;
    if (!this.#end(request, fault.text)) return;
    request.requester.participant.fail(request, fault);
  }

  /**
   * Forgets a question, because its requester no longer wants the answer: a
   * late one is dropped. Does nothing if it has ended already.
   *
   * @param question The question.
   */
  cancel(question: Question): void {
    const request = question as OpenRequest;
    if (!this.#open.delete(request)) return;
    const { sample } = request;
    this.#totals.abandoned++;
    if (sample) this.#observer?.failed(sample, "The requester gave up.");
    request.responder.participant.cancel?.(request);
  }

  /**
   * Ends all questions without an answer.
   *
   * @param fault The reason.
   */
  failAll(fault: Fault): void {
    for (const request of [...this.#open.all()]) this.fail(request, fault);
  }

  /**
   * Sends information to all other participants, or to those with given names.
   *
   * @param from The sender.
   * @param names The receivers, each as often as it is listed; by default all
   * others.
   * @param content The information.
   * @returns Why a receiver does not accept it, if one does not.
   */
  inform(
    from: Member,
    names: Iterable<string> | undefined,
    content: Content,
  ): Fault | undefined {
    let refusal: Fault | undefined;
    // What comes from another node is meant for this one.
    const isOwn = !this.#cluster?.isRemote(from);
    const cluster = isOwn ? this.#cluster : undefined;
    const sender = from as Party;
    const { verdicts, pass } = sender;
    let receivers = 0;
    let last: Party | undefined;
    if (!names && verdicts && !pass!.mayInform(undefined)) {
      return this.#deny(from, "inform all at once");
    }
    if (names) {
      for (const name of names) {
        if (verdicts && !verdicts.mayInform(name)) {
          refusal = this.#deny(from, `inform ${short(name)}`);
          continue;
        }
        const to = this.#names.holder(name) ??
          (cluster && this.#elsewhere(name)?.find(name));
        if (!to) continue;
        if (isOwn) this.#edges.between(sender, to).informs++;
        receivers++;
        last = to;
        refusal = this.tell(from, to, content) ?? refusal;
      }
    } else {
      for (const to of this.#names.holders()) {
        if (to === from) continue;
        receivers++;
        last = to;
        refusal = this.tell(from, to, content) ?? refusal;
      }
      refusal = cluster?.tell(from, content) ?? refusal;
    }
    sender.informs++;
    this.#totals.informs++;
    this.#totals.told += receivers;
    if (--this.#skip < 0 || sender.watched || last?.watched) {
      const weight = this.#weigh();
      const only = names && receivers === 1 ? last : undefined;
      this.#observer?.told(from, content, receivers, weight, only);
    }
    return refusal;
  }

  /**
   * Sends information to one participant, whether it has a name or not.
   *
   * @param from The sender.
   * @param to The receiver.
   * @param content The information.
   * @returns Why the receiver does not accept it, if it does not.
   */
  tell(from: Member, to: Member, content: Content): Fault | undefined {
    const receiver = to as Party;
    receiver.told++;
    return receiver.participant.tell(from, content);
  }

  /**
   * Advances the time. Ends requests that have waited too long for their
   * answer.
   *
   * @param now Milliseconds that never go back, such as `performance.now()`.
   */
  tick(now: number): void {
    this.#now = Math.floor(now);
    for (const party of this.#parties) this.#expire(party);
    if (this.#self) this.#expire(this.#self);
    if (!this.#cluster) return;
    for (const remote of this.#cluster.parties()) this.#expire(remote);
    this.#cluster.tick();
  }

  #expire(party: Party): void {
    const latest = this.#now - this.#options.requestTimeout;
    while (party.oldest && party.oldest.since <= latest) {
      party.oldest.responder.meet(this.#waits);
      const text = "The request was not answered in time.";
      this.#abandon(party.oldest, fault("TimedOut", text));
    }
  }

  /** Ends a question whose answer nobody waits for any more. */
  #abandon(request: OpenRequest, reason: Fault): void {
    this.fail(request, reason);
    request.responder.participant.cancel?.(request);
  }

  /**
   * Disconnects a participant.
   *
   * @param member The participant.
   * @param code The code of the error that it gets, a WebSocket close code.
   * @param reason The reason.
   * @param kind The reason in one word.
   */
  drop(
    member: Member,
    code: number,
    reason: string,
    kind: EndKind = "refused",
  ): void {
    const party = member as Party;
    party.gone = true;
    party.participant.end(new CloseError(code, { reason }));
    this.leave(party, { kind, reason });
  }

  /**
   * Forgets a participant: frees its name, and tells those who wait for its
   * answers that there will be none.
   *
   * @param member The participant.
   * @param end Why it leaves.
   */
  leave(member: Member, end: End = LEFT): void {
    const party = member as Party;
    party.gone = true;
    while (party.oldest) this.cancel(party.oldest);
    const left = fault("ResponderLeft", Text.responderLeft);
    while (party.firstAsked) this.fail(party.firstAsked, left);
    this.#edges.forget(party);
    this.#release(party, end);
    if (this.#parties.delete(party)) this.#observer?.left(party, end);
  }

  /** Says that a pass does not allow something, and returns the same. */
  #deny(
    { name, pass }: Named & { pass?: Pass | undefined },
    what: string,
  ): Fault {
    const who = name === undefined
      ? `A client with the token ${JSON.stringify(pass?.label)}`
      : short(name);
    const text = `${who} may not ${what}.`;
    this.#options.onDenial(text);
    return fault("NotAllowed", text);
  }

  /**
   * Takes the name from a participant, and gives it to the next one that waits
   * for it.
   */
  #release(party: Party, end?: End): void {
    const { name, active } = party;
    if (name === undefined) return;
    party.held = false;
    const heir = this.#names.release(name, party);
    if (!active) return;
    party.active = false;
    this.routes.left(name);
    this.#tellName("leave", party, name, end);
    if (heir) this.#admit(heir, name);
  }

  #admit(heir: Party, name: string): void {
    heir.active = true;
    heir.held = false;
    heir.participant.admit();
    this.#tellName("join", heir, name);
  }

  /** What other nodes make of this one. */
  #host(): ConstructorParameters<typeof Cluster>[0] {
    const names = this.#names;
    const hold = (party: Party, name: string) => {
      party.held = true;
      party.participant.hold?.();
      this.#tellName("hold", party, name);
    };
    return {
      here: (name) => names.holder(name),
      ask: (...question) => this.ask(...question),
      answer: (...answer) => this.answer(...answer),
      fail: (question, reason) => this.fail(question, reason),
      cancel: (question) => this.cancel(question),
      inform: (...information) => this.inform(...information),
      leave: (member) => this.leave(member),
      won: (name) => {
        const heir = names.won(name);
        if (heir) this.#admit(heir, name);
      },
      held: (name) => {
        for (const party of names.waiting(name)) {
          if (!party.held) hold(party, name);
        }
      },
      lost: (name) => {
        const party = names.lost(name);
        if (!party) return;
        party.active = false;
        this.routes.left(name);
        this.#tellName("leave", party, name, TAKEN);
        const text = "Another node of the cluster has the name.";
        const taken = fault("NotReady", text);
        while (party.oldest) this.#abandon(party.oldest, taken);
        const left = fault("ResponderLeft", Text.responderLeft);
        while (party.firstAsked) this.fail(party.firstAsked, left);
        hold(party, name);
      },
      figures: () => ({
        clients: [...names.keys()].length,
        requests: this.#totals.requests,
        informs: this.#totals.informs,
      }),
    };
  }
}

const LEFT: End = { kind: "left", reason: "it left" };
const TAKEN: End = {
  kind: "closing",
  reason: "another node of the cluster has the name",
};

/** Cuts what a client made up, for a sentence. */
function short(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
