// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import type { Member } from "../exchange/participant.ts";
import { Api } from "./_api.ts";
import { type Parts, Reports } from "./_reports.ts";
import { Streams } from "./_streams.ts";
import type { Subscribers } from "./_subscribers.ts";
import { Actions } from "./host/_actions.ts";
import { Answers as HostAnswers } from "./host/_answers.ts";
import { HubRoutes } from "./host/_hub_routes.ts";
import { Everywhere } from "./hubs/_everywhere.ts";
import type { OtherHubs } from "./hubs/_other_hubs.ts";

/** What answers those who ask for what was watched. */
export class Answers {
  /** Programs and pages. */
  readonly api: Api;
  /** Clients that ask the hub itself. */
  readonly answers: HostAnswers;
  /** Other hubs. */
  readonly everywhere: Everywhere;
  readonly #streams: Streams;

  constructor(
    parts: Parts,
    { subscribers, others, member, pages, hold, logger }: {
      subscribers: Subscribers;
      others: OtherHubs | undefined;
      /** What represents the hub among its clients. */
      member: Member;
      pages: Gauge;
      hold: () => () => void;
      logger: Logger | undefined;
    },
  ) {
    const { hub, recording, problems } = parts;
    const reports = new Reports(parts);
    const actions = new Actions(hub, recording, logger);
    const routes = new HubRoutes(hub, reports, actions);
    const everywhere = this.everywhere = new Everywhere(others, routes);
    const answers = this.answers = new HostAnswers(
      hub,
      reports,
      subscribers,
      everywhere,
      member,
    );
    const streams = this.#streams = new Streams(
      reports,
      subscribers,
      everywhere,
      { pages, hold },
    );
    const { requests } = answers;
    this.api = new Api(parts, {
      reports,
      streams,
      actions,
      requests,
      everywhere,
    });
    problems.found = (problem) => streams.problem(problem);
  }

  /** Ends what is open. */
  close(): void {
    this.#streams.close();
  }
}
