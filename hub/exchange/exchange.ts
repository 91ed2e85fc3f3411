// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Passes messages by name, and keeps track of unanswered requests. It does not
 * depend on a wire format: winerp clients take part through
 * {@linkcode Router.connect}, anything else through {@linkcode Exchange.enter}.
 *
 * @module
 */
import { checkLimits, type Gauge } from "@wirekit/internal/limits";
import type { Pass } from "../access/pass.ts";
import { Cluster } from "../cluster/_cluster.ts";
import type {
  BackplaneStatus,
  NodeStatus,
  PeerLine,
} from "../cluster/backplane.ts";
import { BlockedNames } from "./names/_blocked_names.ts";
import { Claims } from "./names/_claims.ts";
import { Counts } from "./_counts.ts";
import { hostOf } from "./_cluster_host.ts";
import { Directory } from "./names/_directory.ts";
import { Edges } from "./_edges.ts";
import { Informs } from "./_informs.ts";
import { Members } from "./_members.ts";
import { HUB, NameRules } from "./names/_name_rules.ts";
import { Names } from "./names/_names.ts";
import { Parties } from "./_parties.ts";
import type { OpenRequest, Party } from "./_party.ts";
import { Permissions } from "./_permissions.ts";
import { Requests } from "./_requests.ts";
import { Sampling } from "./_sampling.ts";
import type { Fault } from "./fault.ts";
import type { Observer } from "./observer.ts";
import type { ExchangeOptions } from "./options.ts";
import type {
  About,
  AnswerKind,
  Content,
  End,
  EndKind,
  Follower,
  Member,
  Participant,
  Question,
  QuestionKind,
} from "./participant.ts";
import { Routes } from "./routes.ts";
import type { Totals } from "./totals.ts";

export { HUB };

const encoder = new TextEncoder();

const LEFT: End = { kind: "left", reason: "it left" };

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
 *
 * @category Participants and doors
 */
export class Exchange {
  /** What the participants can be asked for, as far as it is known. */
  readonly routes: Routes = new Routes(
    (name) => this.cluster?.names.get(name),
    (name, text) => this.peers?.listener?.announced(name, text),
    () => this.peers?.listener?.looked(),
    () => this.cluster?.reading !== undefined,
  );
  readonly #names = new Names<Party>();
  readonly #rules: NameRules;
  readonly #blocked = new BlockedNames();
  readonly #permissions: Permissions;
  readonly #claims: Claims;
  readonly #directory: Directory;
  readonly #requests: Requests;
  readonly #informs: Informs;
  readonly #sampling = new Sampling();
  readonly #edges = new Edges();
  readonly #totals = new Counts();
  readonly #parties = new Parties();
  readonly #members: Members;
  /** In whole milliseconds: an integer takes no memory of its own. */
  #now = 0;

  /**
   * Makes an exchange without participants.
   *
   * @param options Limits.
   */
  constructor(options: ExchangeOptions = {}) {
    checkLimits(options);
    const { backplane, ...rest } = options;
    const settings = {
      maxNameBytes: 256,
      nameCharacters: "visible",
      maxRequests: 16_384,
      requestTimeout: 3_600_000,
      onName: () => {},
      onDenial: () => {},
      onWarning: () => {},
      ...rest,
    } as const;
    const names = this.#names;
    const rules = this.#rules = new NameRules(settings);
    const permissions = this.#permissions = new Permissions(settings.onDenial);
    const directory = this.#directory = new Directory(names, rules.maxBytes);
    this.#claims = new Claims(
      { names, rules, blocked: this.#blocked, permissions },
      (event, party, name, end) => {
        if (event === "leave") this.routes.left(name);
        if (event === "join") this.routes.joined(name);
        settings.onName(event, name);
        this.#sampling.observer?.presence(event, party, end);
      },
    );
    const counting = {
      permissions,
      sampling: this.#sampling,
      edges: this.#edges,
      totals: this.#totals,
    };
    this.#requests = new Requests(settings, counting);
    this.#informs = new Informs({ names, directory, ...counting });
    this.#members = new Members({
      parties: this.#parties,
      directory,
      permissions,
      claims: this.#claims,
      blocked: this.#blocked,
      requests: this.#requests,
      edges: this.#edges,
      sampling: this.#sampling,
    });
    if (backplane) {
      const host = hostOf(this, {
        names,
        claims: this.#claims,
        requests: this.#requests,
        warn: settings.onWarning,
      });
      directory.cluster = names.registry = new Cluster(host, backplane);
    }
  }

  /** The limits, and how near the participants came to them. */
  get limits(): readonly Gauge[] {
    const requests = this.#requests.limits(this.#names.holders());
    return [this.#rules.bytes, ...requests];
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
    return this.#directory.find(name);
  }

  /** How the cluster is, if this hub is in one. */
  get cluster(): BackplaneStatus | undefined {
    return this.#directory.cluster?.status;
  }

  /** The other hubs that are there, and that this one cannot reach. */
  get unreached(): readonly NodeStatus[] {
    return this.#directory.cluster?.unreached ?? [];
  }

  /**
   * Returns whether a name may be free, though nobody gets it now: the engine of
   * the cluster is away, does not decide, or refuses to keep it.
   *
   * @param name The JSON text of the name.
   * @returns Whether it is so.
   */
  isUndecided(name: string): boolean {
    const { reason, undecided } = this.cluster ?? {};
    return (undecided ?? reason !== undefined) && !this.has(name);
  }

  /**
   * Returns how soon a name is free whose hub gives no sign of life any more.
   *
   * @param name The JSON text of the name.
   * @returns Within how many seconds; nothing if nobody has the name, or at a hub
   * that is there.
   */
  freeIn(name: string): number | undefined {
    const { cluster } = this;
    const owner = cluster?.names.get(name);
    if (owner === undefined) return undefined;
    const { endsIn } = cluster!.nodes.find(({ id }) => id === owner) ?? {};
    return endsIn === undefined ? undefined : Math.ceil(endsIn / 1_000);
  }

  /** What other hubs of the cluster say of themselves, if there is one. */
  get peers(): PeerLine | undefined {
    return this.#directory.cluster?.peers;
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
    return this.#requests.timeout;
  }

  /** How many requests are unanswered. */
  get openQuestions(): number {
    return this.#requests.size;
  }

  /** How many requests and information of participants of this process ended. */
  get endedHere(): number {
    const { requests, informs, fromElsewhere } = this.#totals;
    let ended = requests + informs - fromElsewhere - this.#requests.size;
    // What participants of other nodes wait for has been taken off twice.
    for (const { asking } of this.#directory.cluster?.parties() ?? []) {
      ended += asking;
    }
    return ended;
  }

  /**
   * Lets an observer see what goes on.
   *
   * @param observer The only one from now on.
   */
  observe(observer: Observer): void {
    this.#sampling.observer = observer;
  }

  /**
   * Adds the participant that is the hub itself: it has the name `"@hub"`, and
   * is told nothing that is for all.
   *
   * @param participant The participant.
   * @returns What represents it in the other methods.
   */
  host(participant: Participant): Member {
    return this.#members.host(participant);
  }

  /**
   * Finds a participant that is here, or that has asked one here.
   *
   * @param name The JSON text of a name.
   * @returns The participant that has it.
   */
  known(name: string): Member | undefined {
    return this.#directory.known(name);
  }

  /**
   * Returns where a participant is that asks or tells something.
   *
   * @param member The participant.
   * @returns The id of its node, if that is another one of a cluster.
   */
  nodeOf(member: Member): string | undefined {
    return this.#directory.cluster?.nodeOf(member);
  }

  /**
   * Returns whether somebody has a name, as far as this process knows.
   *
   * @param name The JSON text of a name.
   * @returns Whether it is taken.
   */
  has(name: string): boolean {
    return this.#directory.has(name) || this.routes.isHeard(name);
  }

  /**
   * Finds out whether somebody has a name.
   *
   * @param name The JSON text of a name.
   * @param then Is told, at once unless other nodes have to be asked.
   */
  probe(name: string | undefined, then: (found: boolean) => void): void {
    this.#directory.probe(name, then);
  }

  /**
   * Adds a participant, without a name yet.
   *
   * @param participant The participant.
   * @param about What is known of it.
   * @returns What represents it in the other methods.
   */
  enter(participant: Participant, about?: About): Member {
    return this.#members.enter(participant, about, this.#now);
  }

  /**
   * Says what a participant may do. Without it, it may do everything.
   *
   * @param member The participant.
   * @param pass What it may do, whatever name it has.
   */
  allow(member: Member, pass: Pass): void {
    this.#permissions.allow(member as Party, pass);
  }

  /**
   * Renews the passes of all participants.
   *
   * @param renewed Returns what a pass is worth now; nothing if it is not valid
   * any more. Then its participant is disconnected.
   */
  renewPasses(renewed: (pass: Pass) => Pass | undefined): void {
    this.#members.renewPasses(renewed);
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
    return this.#permissions.refusalToAsk(from as Party, name, route);
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
    return this.#permissions.refusalToSee(from as Party, name);
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
    return this.#claims.claim(member as Party, name, this.#now);
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
    return this.#members.block(name, ms, this.#now);
  }

  /** Until when names are blocked, in milliseconds of the clock, by name. */
  get blocked(): ReadonlyMap<string, number> {
    return this.#blocked.at(this.#now);
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
   * @param ticket What the requester knows the question by.
   * @returns What is wrong, if anything is: the question was not sent then.
   */
  ask(
    from: Member,
    to: Member,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    tag?: unknown,
    ticket?: number,
  ): Fault | undefined {
    return this.#requests.ask(
      from as Party,
      to as Party,
      uuid,
      kind,
      content,
      tag,
      ticket,
    );
  }

  /**
   * Counts a question that was sent to nobody, such as one to a name that nobody
   * has, and shows it to those who watch.
   *
   * @param from The requester.
   * @param name The JSON text of the name that it asked.
   * @param uuid As of `ask`.
   * @param kind The kind of question.
   * @param content The content of the question.
   * @param text What the requester is told, as a sentence.
   */
  unsent(
    from: Member,
    name: string | undefined,
    uuid: string,
    kind: QuestionKind,
    content: Content,
    text: string,
  ): void {
    // Nobody can have a longer one, which would be kept.
    const isName = name !== undefined && name.length <= this.#rules.maxBytes;
    const asked = {
      name: isName ? name : undefined,
      nameBytes: encoder.encode(isName ? name : "null"),
    };
    this.#requests.unsent(from as Party, asked, uuid, kind, content, text);
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
    return this.#requests.find(
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
    return this.#requests.answer(question as OpenRequest, kind, content);
  }

  /**
   * Ends a question without an answer. Does nothing if it has ended already.
   *
   * @param question The question.
   * @param fault The reason.
   */
  fail(question: Question, fault: Fault): void {
    this.#requests.fail(question as OpenRequest, fault);
  }

  /**
   * Forgets a question, because its requester no longer wants the answer: a
   * late one is dropped. Does nothing if it has ended already.
   *
   * @param question The question.
   */
  cancel(question: Question): void {
    this.#requests.cancel(question as OpenRequest);
  }

  /**
   * Ends all questions without an answer.
   *
   * @param fault The reason.
   */
  failAll(fault: Fault): void {
    this.#requests.failAll(fault);
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
    return this.#informs.inform(from as Party, names, content);
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
    return this.#informs.tell(from as Party, to as Party, content);
  }

  /**
   * Keeps in mind who has asked a question, for longer than it is open. A
   * {@linkcode Member} will not do for that: of a participant at another hub of
   * a cluster, it is forgotten when nothing is asked any more, and then stands
   * for whoever has its name.
   *
   * @param question The question, which is still open.
   * @returns Tells its requester something, and nobody who has its name later.
   */
  follow(question: Question): Follower {
    return this.#informs.follow(question as OpenRequest);
  }

  /**
   * Advances the time. Ends requests that have waited too long for their
   * answer.
   *
   * @param now Milliseconds that never go back, such as `performance.now()`.
   */
  tick(now: number): void {
    this.#now = Math.floor(now);
    const requests = this.#requests;
    const { self, cluster } = this.#directory;
    requests.tick(this.#now);
    for (const party of this.#parties) requests.expire(party);
    if (self) requests.expire(self);
    if (!cluster) return;
    for (const remote of cluster.parties()) requests.expire(remote);
    cluster.tick();
  }

  /**
   * Disconnects a participant.
   *
   * @param member The participant.
   * @param code The code of the error that it gets, a WebSocket close code.
   * @param reason The reason.
   * @param kind The reason in one word; by default `"refused"`.
   */
  drop(
    member: Member,
    code: number,
    reason: string,
    kind?: EndKind,
  ): void {
    this.#members.drop(member as Party, code, reason, kind);
  }

  /**
   * Forgets a participant: frees its name, and tells those who wait for its
   * answers that there will be none.
   *
   * @param member The participant.
   * @param end Why it leaves.
   */
  leave(member: Member, end: End = LEFT): void {
    this.#members.leave(member as Party, end);
  }
}
