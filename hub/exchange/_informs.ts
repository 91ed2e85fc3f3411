// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Directory } from "./names/_directory.ts";
import type { Edges } from "./_edges.ts";
import type { Names } from "./names/_names.ts";
import type { OpenRequest, Party } from "./_party.ts";
import type { Permissions } from "./_permissions.ts";
import type { Sampling } from "./_sampling.ts";
import { type Fault, FaultCode } from "./fault.ts";
import type { Content, Follower } from "./participant.ts";
import type { Counts } from "./_counts.ts";

/** What looks at information, and says for whom it is. */
interface Clerks {
  readonly names: Names<Party>;
  readonly directory: Directory;
  readonly permissions: Permissions;
  readonly sampling: Sampling;
  readonly edges: Edges;
  readonly totals: Counts;
}

/** Passes on information. */
export class Informs {
  readonly #by: Clerks;

  constructor(by: Clerks) {
    this.#by = by;
  }

  /** Sends it to those with given names, or to all others. */
  inform(
    sender: Party,
    names: Iterable<string> | undefined,
    content: Content,
  ): Fault | undefined {
    const { directory, edges, permissions, sampling, totals } = this.#by;
    let refusal: Fault | undefined;
    // What comes from another node is meant for this one.
    const isOwn = directory.cluster?.nodeOf(sender) === undefined;
    let receivers = 0;
    let last: Party | undefined;
    if (names) {
      for (const name of names) {
        const denial = permissions.refusalToInform(sender, name);
        if (denial) {
          refusal = denial;
          continue;
        }
        const to = this.#by.names.holder(name) ??
          (isOwn ? directory.elsewhere(name)?.find(name) : undefined);
        if (!to) continue;
        if (isOwn) edges.between(sender, to).informs++;
        receivers++;
        last = to;
        refusal = this.tell(sender, to, content) ?? refusal;
      }
    } else {
      refusal = permissions.refusalToInform(sender, undefined);
      if (refusal) return refusal;
      if (isOwn) refusal = directory.cluster?.tell(sender, content);
      // Nobody is told what not all can be told.
      if (refusal?.code === FaultCode.TooLarge) return refusal;
      for (const to of this.#by.names.holders()) {
        if (to === sender) continue;
        receivers++;
        last = to;
        refusal = this.tell(sender, to, content) ?? refusal;
      }
    }
    sender.informs++;
    totals.informs++;
    if (!isOwn) totals.fromElsewhere++;
    totals.told += receivers;
    if (sampling.isDue(sender, last)) {
      const elsewhere = names || !isOwn
        ? 0
        : directory.cluster?.status.names.size ?? 0;
      const weight = sampling.weigh();
      const only = names && receivers === 1 ? last : undefined;
      sampling.observer?.told(
        sender,
        content,
        receivers + elsewhere,
        weight,
        only,
      );
    }
    return refusal;
  }

  /** Returns what sends it to the participant that has asked a question. */
  follow(question: OpenRequest): Follower {
    const { requester } = question;
    const { name = "null", number } = requester;
    return this.#by.directory.cluster?.follow(question) ?? {
      key: `${number}`,
      name,
      get gone() {
        return requester.gone;
      },
      tell: (from, content) =>
        requester.active
          ? this.tell(from as Party, requester, content)
          : undefined,
      close() {},
    };
  }

  /** Sends it to one participant. */
  tell(from: Party, to: Party, content: Content): Fault | undefined {
    to.told++;
    return to.participant.tell(from, content);
  }
}
