// Copyright 2026 the Wirekit authors. MIT license.

/** The line above all: which hub this is, how it is, and who looks. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "../../../pages/app/server.ts";
import { useArrival } from "../../../pages/app/gate.tsx";
import {
  setTheme,
  type Theme,
  theme,
  THEMES,
} from "../../../pages/app/theme.ts";
import type { ClusterReport } from "../../watch/reports/cluster.ts";
import type { HubReport } from "../../watch/reports/hub.ts";
import { age, clock, moment, some } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { Choice, Copy, download } from "./parts.tsx";

/** How long payloads are recorded, in milliseconds. */
const RECORDED = 300_000;

const LOCKS: Record<HubReport["lock"], string> = {
  open: "open to this machine",
  token: "locked by a token",
  rules: "locked by rules",
};

const HEALTH: Record<HubReport["health"], [string, string]> = {
  good: ["good", "All is well"],
  warning: ["warn", "Needs a look"],
  bad: ["bad", "Needs you now"],
  draining: ["warn", "Draining: nobody new comes in"],
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
              <dt>Lock</dt>
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
    <div title={[...words, reason ?? ""].join("\n")}>
      <dt>Cluster</dt>
      <dd class={reason === undefined ? "" : "bad"}>
        {state === "open" ? some(nodes.length, "hub") : "alone"}
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

function Search({ model }: { model: Model }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const find = (event: KeyboardEvent) => {
      const { target, key, ctrlKey, metaKey, altKey } = event;
      if (key !== "/" || ctrlKey || metaKey || altKey) return;
      const typing = target instanceof HTMLElement &&
        target.matches("input, textarea, select");
      if (typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, []);
  const { names, label, text } = model.filter;
  return (
    <div class="search" role="search">
      <Icon name="search" />
      {names && (
        <button
          type="button"
          class="chip"
          title="Show all again"
          onClick={() => model.only(undefined)}
        >
          <span class="chip-text">{label}</span>
          <Icon name="close" />
          <span class="sr">: show all again</span>
        </button>
      )}
      <input
        ref={input}
        type="search"
        placeholder="Filter names and routes"
        aria-label="Filter names and routes"
        aria-keyshortcuts="/"
        value={text}
        onInput={({ currentTarget }) => model.search(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          model.search("");
          if (text === "") event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

const COLOURS: readonly (readonly [Theme, JSX.Element])[] = THEMES.map((
  [name, words],
) => [
  name,
  <span key={name} title={words}>
    <Icon name={name} />
    <span class="sr">{words}</span>
  </span>,
]);

function Menu({ model, drain, label }: {
  model: Model;
  drain: () => void;
  label: string;
}): JSX.Element {
  const [chosen, setChosen] = useState(theme());
  const menu = useRef<HTMLDetailsElement>(null);
  const [failed, setFailed] = useState("");
  const recording = model.report?.recordingPayloadsUntil;
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (menu.current && !menu.current.contains(target as Node)) {
        menu.current.open = false;
      }
    };
    addEventListener("pointerdown", close);
    return () => removeEventListener("pointerdown", close);
  }, []);
  function act(action: () => void | Promise<void>): () => void {
    return () => {
      menu.current!.open = false;
      setFailed("");
      Promise.resolve().then(action).catch((error) =>
        setFailed(messageOf(error))
      );
    };
  }
  return (
    <div class="menu-place">
      <Choice
        label="Colours"
        value={chosen}
        of={COLOURS}
        choose={(wanted) => {
          setTheme(wanted);
          setChosen(wanted);
        }}
      />
      <details
        class="menu"
        ref={menu}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !menu.current!.open) return;
          event.stopPropagation();
          menu.current!.open = false;
          menu.current!.querySelector("summary")!.focus();
        }}
      >
        <summary class="button">Hub</summary>
        <div class="menu-items">
          <button type="button" onClick={act(() => exportAll(model))}>
            <Icon name="down" />Export all as JSON
          </button>
          <button type="button" onClick={act(record)}>
            <Icon name="down" />Last five minutes, for hub replay
          </button>
          <button
            type="button"
            disabled={!model.mayOperate}
            title="The recording has what is in the messages only while you ask for it"
            onClick={act(() =>
              model.act("api/record", { ms: recording ? 0 : RECORDED })
            )}
          >
            <Icon name="eye" />
            {recording
              ? `Recording payloads until ${clock(recording)}: stop`
              : "Record payloads for five minutes"}
          </button>
          {model.report?.health === "draining"
            ? (
              <button
                type="button"
                disabled={!model.mayOperate}
                onClick={act(() => model.act("api/drain", { on: false }))}
              >
                <Icon name="play" />Let clients in again
              </button>
            )
            : (
              <button
                type="button"
                class="danger"
                disabled={!model.mayOperate}
                onClick={act(drain)}
              >
                <Icon name="pause" />Drain…
              </button>
            )}
          {model.report?.lock !== "open" && (
            <button
              type="button"
              onClick={act(() => model.signOut())}
            >
              <Icon name="out" />Sign out
            </button>
          )}
          <p class="note">
            {label === "open"
              ? "Nobody has to sign in"
              : `Signed in as ${label}`}
            {model.mayOperate ? "" : ": may look only"}
          </p>
        </div>
      </details>
      {failed && <p class="toast bad" role="alert">{failed}</p>}
    </div>
  );
}

async function exportAll(model: Model): Promise<void> {
  const { report, presence } = model;
  const [clients, edges, routes, open] = await Promise.all(
    ["clients", "edges", "routes", "open"].map((each) => get(`api/${each}`)),
  );
  const all = { report, clients, edges, routes, open, presence };
  const text = JSON.stringify(all, null, 2);
  download(`hub-${stamp()}.json`, text, "application/json");
}

async function record(): Promise<void> {
  const response = await fetch("api/recording", { cache: "no-store" });
  if (!response.ok) throw new Error("The hub keeps no recording");
  const text = await response.text();
  download(`hub-${stamp()}.jsonl`, text, "application/jsonl");
}

function stamp(): string {
  return moment(Date.now()).replace(" ", "T").replaceAll(":", "");
}
