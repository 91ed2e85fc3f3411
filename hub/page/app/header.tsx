// Copyright 2026 the Wirekit authors. MIT license.

/** The line above all: which hub this is, how it is, and who looks. */
import type { JSX } from "preact";
import { useArrival } from "../../../pages/app/gate.tsx";
import type { ClusterReport } from "../../watch/reports/cluster.ts";
import type { HubReport } from "../../watch/reports/hub.ts";
import { age, moment, some } from "./format.ts";
import { presentIn } from "./hubs.tsx";
import { Menu } from "./menu.tsx";
import type { Model } from "./model.ts";
import { Copy } from "./parts.tsx";
import { Search } from "./search.tsx";

const LOCKS: Record<HubReport["lock"], string> = {
  open: "open to this machine",
  token: "locked by a token",
  rules: "locked by rules",
};

const HEALTH: Record<HubReport["health"], [string, string]> = {
  good: ["good", "No problems"],
  warning: ["warn", "Needs a look"],
  bad: ["bad", "Needs you now"],
  draining: ["warn", "Draining: no new clients"],
};

/** The sign of the kit: three ends and what joins them. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 16L6 8.5M16 16l10-7.5M16 16v11" />
      <circle cx="16" cy="16" r="5" />
      <circle class="end" cx="5.5" cy="8" r="3" />
      <circle class="end" cx="26.5" cy="8" r="3" />
      <circle class="end" cx="16" cy="27.5" r="3" />
    </svg>
  );
}

/** The header. */
export function Header({ model, drain }: {
  model: Model;
  drain: () => void;
}): JSX.Element {
  const { report, session } = model;
  const url = report?.urls[0] ?? location.origin;
  const heading = useArrival();
  return (
    <header class="bar">
      <div class="who">
        <Mark />
        <h1 ref={heading} tabIndex={-1}>hub</h1>
        {report && <span class="version">{report.version}</span>}
      </div>
      {report && report.pages.length > 0 && (
        <nav class="pages" aria-label="Pages of this hub">
          {report.pages.map(({ title, path }) => (
            <a key={path} href={path}>{title}</a>
          ))}
        </nav>
      )}
      <Health model={model} />
      <dl class="facts">
        {report && (
          <>
            <div>
              <dt>Up</dt>
              <dd title={`since ${moment(report.since)}`}>
                {age(report.at - report.since)}
              </dd>
            </div>
            {report.cluster && <Cluster {...report.cluster} />}
            <div>
              <dt>Access</dt>
              <dd>{LOCKS[report.lock]}</dd>
            </div>
            <div class="urls">
              <dt>URL</dt>
              <dd>
                <code title={report.urls.join("\n")}>{url}</code>
                {report.urls.length > 1 && (
                  <span class="note">+{report.urls.length - 1}</span>
                )}
                <Copy text={() => url} label="Copy the URL" />
              </dd>
            </div>
          </>
        )}
      </dl>
      <Search model={model} />
      <Menu model={model} drain={drain} label={session?.label ?? ""} />
    </header>
  );
}

/** Which other hubs are one with this one. */
function Cluster(
  { state, reason, nodes, namesElsewhere, reading }: ClusterReport,
): JSX.Element {
  const words = nodes.map(({ label, here }) =>
    here ? `${label} (this)` : label
  );
  return (
    <div class="cluster" title={[...words, reason ?? ""].join("\n")}>
      <dt>Cluster</dt>
      <dd class={reason === undefined ? "" : "bad"}>
        {state === "open" ? some(presentIn(nodes).length, "hub") : "alone"}
        {namesElsewhere > 0 && (
          <span class="note">
            {`${some(namesElsewhere, "name")} elsewhere${
              reading ? ", and more" : ""
            }`}
          </span>
        )}
      </dd>
    </div>
  );
}

function Health({ model }: { model: Model }): JSX.Element {
  const { report, connection } = model;
  if (connection !== "live" || !report) {
    const lost = connection === "lost";
    return (
      <p class={`health ${lost ? "bad" : "wait"}`} role="status">
        <span class="dot" aria-hidden="true" />
        {lost
          ? model.hint || "The hub does not answer: trying again"
          : "Connecting"}
      </p>
    );
  }
  const [level, words] = HEALTH[report.health];
  const [first, ...more] = report.problems;
  const reason = report.health === "draining" || !first
    ? words
    : more.length > 0
    ? `${first.text} (and ${some(more.length, "more", "more")})`
    : first.text;
  return (
    <p class={`health ${level}`} role="status" title={reason}>
      <span class="dot" aria-hidden="true" />
      <span class="reason">{reason}</span>
    </p>
  );
}
