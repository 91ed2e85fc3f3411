// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Edge, OpenRequest, Party } from "../../exchange/_party.ts";
import type { Member } from "../../exchange/participant.ts";
import type { Ends } from "./_ends.ts";
import { toWall, wallOffset } from "./_wall.ts";
import { nameOf, type Sample } from "./_samples.ts";
import { textOf } from "./_route_figures.ts";
import type {
  EdgeReport,
  OpenReport,
  OpenRequestReport,
} from "../reports/calls.ts";
import type { ClientFigures, ClientReport } from "../reports/clients.ts";

/** How long a request may be unanswered before its responder looks sick. */
export const SLOW_ANSWER = 60_000;

/** How much of its outbox a client may use before it looks sick. */
export const FULL_OUTBOX = 0.25;

/** The limits of what a client sends in a second. */
const RATES = "maxMessagesPerSecond, maxBytesPerSecond";

/** The most open requests that are shown. */
const MAX_OPEN = 500;

/** What one look at all clients finds. */
export interface Census {
  readonly active: number;
  readonly held: number;
  readonly unverified: number;
  readonly nameless: number;
  /** The most bytes that wait for one client. */
  readonly outbox: number;
  /** The bytes of all outboxes. */
  readonly outboxBytes: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Counts all clients. */
export function takeCensus(members: Iterable<Member>): Census {
  const count = { active: 0, held: 0, unverified: 0, nameless: 0 };
  let [outbox, outboxBytes, bytesIn, bytesOut] = [0, 0, 0, 0];
  for (const member of members) {
    if (!isListed(member)) continue;
    const { flow } = member.about;
    count[stateOf(member)]++;
    if (!flow) continue;
    outboxBytes += flow.outboxBytes;
    bytesIn += flow.bytesIn;
    bytesOut += flow.bytesOut;
    outbox = Math.max(outbox, flow.outboxBytes);
  }
  return { ...count, outbox, outboxBytes, bytesIn, bytesOut };
}

export function stateOf(member: Member): ClientReport["state"] {
  if (member.active) return "active";
  if (member.name !== undefined) return "held";
  return member.about.nameless ? "nameless" : "unverified";
}

/** Whether it is a client that is shown: not one that asks once by HTTP. */
export function isListed({ name, about }: Member): boolean {
  return name !== undefined || about.nameless !== "passes";
}

/** What is wrong with a client, if something is. */
export function troubleOf(
  member: Member,
  now: number,
  maxOutboxBytes: number,
): string | undefined {
  const { outboxBytes = 0 } = member.about.flow ?? {};
  if (outboxBytes > FULL_OUTBOX * maxOutboxBytes) {
    return `It reads too slowly: ${outboxBytes} bytes wait for it.`;
  }
  const { firstAsked } = member as Party;
  const age = firstAsked ? now - firstAsked.since : 0;
  if (age < SLOW_ANSWER) return undefined;
  return `It has not answered a request for ${Math.round(age / 1000)} seconds.`;
}

/** What is the same for all clients of a report. */
export interface ClientContext {
  readonly ends: Ends;
  readonly now: number;
  /** What makes `now` milliseconds since 1970. */
  readonly offset: number;
  readonly maxOutboxBytes: number;
  /** What people call this hub, in a cluster. */
  readonly node: string | undefined;
}

/** Reports one client. */
export function reportClient(
  member: Member,
  { ends, now, offset, maxOutboxBytes, node }: ClientContext,
): ClientReport {
  const { about, name, requests, errors, informs, asked, faults, told } =
    member;
  const { protocol, carrier, address, flow } = about;
  const trouble = troubleOf(member, now, maxOutboxBytes);
  const last = name === undefined ? undefined : ends.of(name);
  return {
    id: member.number,
    ...(name !== undefined && { name: textOf(name) }),
    state: stateOf(member),
    protocol,
    carrier,
    address,
    pass: (member as Party).pass?.label ?? "open",
    ...(node !== undefined && { node }),
    since: toWall(member.since, offset),
    lastSeen: toWall(flow?.lastSeen ?? now, offset),
    sent: {
      requests,
      errors,
      informs,
      messages: flow?.messagesIn ?? 0,
      bytes: flow?.bytesIn ?? 0,
    },
    received: {
      requests: asked,
      errors: faults,
      informs: told,
      messages: flow?.messagesOut ?? 0,
      bytes: flow?.bytesOut ?? 0,
    },
    asking: member.asking,
    asked: member.answering,
    outbox: { bytes: flow?.outboxBytes ?? 0, peak: flow?.outboxPeak ?? 0 },
    ...limitsOf(member),
    ...(trouble !== undefined && { trouble }),
    ...(last && { lastEnd: last.reason, lastEndAt: last.at }),
  };
}

/** Reports what changes all the time of a client. */
export function reportFigures(
  member: Member,
  { now, offset }: ClientContext,
): ClientFigures {
  const { number, asking, answering, about: { flow } } = member;
  const { requests, errors, informs, asked, faults, told } = member;
  return [
    number,
    toWall(flow?.lastSeen ?? now, offset),
    asking,
    answering,
    flow?.outboxBytes ?? 0,
    flow?.outboxPeak ?? 0,
    [requests, errors, informs, flow?.messagesIn ?? 0, flow?.bytesIn ?? 0],
    [asked, faults, told, flow?.messagesOut ?? 0, flow?.bytesOut ?? 0],
  ];
}

/** Reports which limits a client met, if it met any. */
function limitsOf({ met, about }: Member): Pick<ClientReport, "limits"> {
  const { slowed = 0 } = about.flow ?? {};
  if (!met && slowed === 0) return {};
  const limits = Object.fromEntries(met ?? []);
  return {
    limits: slowed === 0 ? limits : { ...limits, [RATES]: slowed },
  };
}

/** Whom a participant has asked or told. */
export interface EdgeOf {
  readonly member: Member;
  readonly edge: Edge;
}

/** Adds whom a participant has asked or told to `all`. */
export function addEdges(member: Member, all: EdgeOf[]): void {
  const { edges } = member as Party;
  if (!edges) return;
  for (const edge of edges.values()) all.push({ member, edge });
}

/** Reports what one has asked and told another. */
export function reportEdge({ member, edge }: EdgeOf): EdgeReport {
  const { to, requests, errors, informs } = edge;
  const name = to === undefined ? "" : textOf(to);
  return { from: nameOf(member), to: name, requests, errors, informs };
}

/** Reports the open requests of participants, the oldest first. */
export function reportOpen(
  members: Iterable<Member>,
  total: number,
  requestTimeout: number,
): OpenReport {
  const oldest: OpenRequest[] = [];
  for (const member of members) {
    let request = (member as Party).oldest;
    for (let n = 0; request && n < MAX_OPEN; n++) {
      oldest.push(request);
      request = request.newer;
    }
    if (oldest.length > 4 * MAX_OPEN) keepOldest(oldest);
  }
  keepOldest(oldest);
  const offset = wallOffset();
  const open = oldest.map((request): OpenRequestReport => {
    const { requester, responder, since, sample } = request;
    const { route } = (sample as Sample | undefined)?.row ?? {};
    return {
      from: nameOf(requester),
      to: nameOf(responder),
      ...(route !== undefined && { route }),
      since: toWall(since, offset),
      ...(requestTimeout !== Infinity &&
        { expires: toWall(since + requestTimeout, offset) }),
    };
  });
  return { total, open };
}

function keepOldest(requests: OpenRequest[]): void {
  requests.sort((a, b) => a.since - b.since);
  requests.length = Math.min(requests.length, MAX_OPEN);
}
