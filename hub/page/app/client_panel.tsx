// Copyright 2026 the Wirekit authors. MIT license.

/** One client, looked at closely. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { later, type Timer } from "../../../internal/clock.ts";
import { get } from "../../../pages/app/server.ts";
import type { RouteReport } from "../../watch/reports/calls.ts";
import type { TailReport } from "../../watch/reports/tail.ts";
import type { Act } from "./acts.tsx";
import {
  age,
  ago,
  bytes,
  clock,
  count,
  moment,
  rate,
  share,
  took,
} from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { Copy, Nothing } from "./parts.tsx";
import { recorded } from "./session.ts";
import { hasFailed, Way } from "./tail.tsx";

/** How many messages are listed. */
const MAX_MESSAGES = 50;

/** How often the routes are asked for, in milliseconds. */
const ROUTES_EVERY = 2000;

/** The panel. */
export function ClientPanel({ model, name, ask, act }: {
  model: Model;
  name: string;
  ask: (to: string, route: string) => void;
  act: (act: Act) => void;
}): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  const routes = useRoutes(name);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [name]);
  const all = model.clients.filter(({ client }) => client.name === name);
  const row = all.find(({ client }) => client.state === "active") ?? all[0];
  const client = row?.client;
  const messages = useMessages(model, name);
  const now = model.now();
  const queue = all.filter(({ waits }) => waits > 0);
  return (
    <aside
      ref={panel}
      class="panel"
      aria-label={`Client ${name}`}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        model.choose(undefined);
      }}
    >
      <header class="panel-head">
        <span
          class={`dot ${!client ? "wait" : client.trouble ? "bad" : "good"}`}
          aria-hidden="true"
        />
        <h2>{name}</h2>
        <Copy text={() => name} label="Copy the name" />
        <button
          type="button"
          class="button bare"
          aria-label="Close the panel"
          onClick={() => model.choose(undefined)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body">
        {client?.trouble && (
          <p class="callout bad">
            <Icon name="warning" />
            {client.trouble}
          </p>
        )}
        {!client && (
          <p class="callout warn">
            <Icon name="warning" />It is not here.
          </p>
        )}
        {client && row && (
          <dl class="details">
            <Fact name="Protocol">{client.protocol}, {client.carrier}</Fact>
            <Fact name="From">
              <span class="mono">{client.address || "unknown"}</span>
            </Fact>
            <Fact name="Let in by">{client.pass}</Fact>
            {client.node !== undefined && <Fact name="Hub">{client.node}</Fact>}
            <Fact name="Here since">
              {moment(client.since)} ({age(now - client.since)})
            </Fact>
            <Fact name="Last heard">{ago(now - client.lastSeen)}</Fact>
            <Fact name="Asks">
              {rate(row.asks)}/s, {count(client.sent.requests)} in all
            </Fact>
            <Fact name="Is asked">
              {rate(row.asked)}/s, {count(client.received.requests)} in all,
              {" "}
              {share(client.received.errors, client.received.requests)} errors
            </Fact>
            <Fact name="Informs">
              {count(client.sent.informs)} sent,{" "}
              {count(client.received.informs)} received
            </Fact>
            <Fact name="Open">
              {count(client.asking)} waits for, {count(client.asked)} to answer
            </Fact>
            <Fact name="Bytes">
              {bytes(client.sent.bytes)} sent, {bytes(client.received.bytes)}
              {" "}
              received
            </Fact>
            <Fact name="Outbox">
              {bytes(client.outbox.bytes)} now, {bytes(client.outbox.peak)}{" "}
              at most
            </Fact>
            {client.limits && (
              <Fact name="Limits met">
                {Object.entries(client.limits)
                  .map(([option, times]) => `${option} ${count(times)}×`)
                  .join(", ")}
              </Fact>
            )}
            {client.lastEnd && (
              <Fact name="Left last time">
                {client.lastEndAt !== undefined &&
                  `${moment(client.lastEndAt)}: `}
                {client.lastEnd}
              </Fact>
            )}
          </dl>
        )}
        {queue.length > 0 && (
          <>
            <h3>Waits for the name</h3>
            <ol class="queue">
              {queue.map(({ client: { id, address, carrier, since } }) => (
                <li key={id}>
                  <span class="mono">{address || carrier}</span>
                  <span class="note">for {age(now - since)}</span>
                </li>
              ))}
            </ol>
          </>
        )}
        <h3>Routes</h3>
        <Routes routes={routes} ask={(route) => ask(name, route)} now={now} />
        <h3>Last messages</h3>
        <Messages messages={messages} />
        <h3>Acts</h3>
        <div class="panel-acts">
          {(["disconnect", "free", "block"] as const).map((each) => (
            <button
              key={each}
              type="button"
              class="button danger"
              disabled={!model.mayOperate ||
                each === "disconnect" && !client ||
                each === "free" && queue.length === 0}
              onClick={() => act(each)}
            >
              {TITLES[each]}
            </button>
          ))}
        </div>
        {!model.mayOperate && (
          <p class="note">Your token lets you look, but not act.</p>
        )}
      </div>
    </aside>
  );
}

const TITLES = {
  disconnect: "Disconnect…",
  free: "Free the name…",
  block: "Block for ten minutes…",
};

function Fact({ name, children }: {
  name: string;
  children: JSX.Element | JSX.Element["props"]["children"];
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The last messages of a client: those that pass, and older ones. */
function useMessages(model: Model, name: string): readonly TailReport[] {
  const [older, setOlder] = useState<readonly TailReport[]>([]);
  const fits = ({ from, to }: TailReport) => from === name || to === name;
  useEffect(() => {
    let gone = false;
    recorded(fits, MAX_MESSAGES).then(
      (rows) => {
        if (!gone) setOlder(rows);
      },
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [name]);
  const newer = model.tail.filter(fits);
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))]
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_MESSAGES);
}

/** The routes of a client, asked for as long as somebody looks. */
function useRoutes(name: string): readonly RouteReport[] {
  const [routes, setRoutes] = useState<readonly RouteReport[]>([]);
  useEffect(() => {
    let gone = false;
    let timer: Timer | undefined;
    const ask = async () => {
      const path = `api/routes?name=${encodeURIComponent(name)}`;
      const found = await get<RouteReport[]>(path).catch(() => undefined);
      if (gone) return;
      if (found) setRoutes(found);
      timer = later(ROUTES_EVERY, ask);
    };
    setRoutes([]);
    void ask();
    return () => {
      gone = true;
      timer?.stop();
    };
  }, [name]);
  return routes;
}

function Routes({ routes, ask, now }: {
  routes: readonly RouteReport[];
  ask: (route: string) => void;
  now: number;
}): JSX.Element {
  if (routes.length === 0) return <Nothing>None was asked for yet.</Nothing>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Routes">
      <table>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col" class="number">Count</th>
            <th scope="col" class="number">Errors</th>
            <th scope="col" class="number">p50</th>
            <th scope="col" class="number">p95</th>
            <th scope="col" class="number">p99</th>
            <th scope="col" class="number">Last</th>
          </tr>
        </thead>
        <tbody>
          {routes.map((
            { route, description, count: times, errors, latency, last },
          ) => (
            <tr key={route}>
              <th scope="row">
                <button
                  type="button"
                  class="link mono"
                  title={description ?? "Try it"}
                  onClick={() => ask(route)}
                >
                  {route}
                </button>
              </th>
              <td class="number">{count(times)}</td>
              <td class={`number${errors > 0 ? " bad" : ""}`}>
                {times > 0 ? share(errors, times) : "–"}
              </td>
              {[latency.p50, latency.p95, latency.p99].map((value, index) => (
                <td key={index} class="number">
                  {latency.count > 0 ? took(value) : "–"}
                </td>
              ))}
              <td class="number">
                {last === undefined ? "–" : ago(now - last)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Messages({ messages }: {
  messages: readonly TailReport[];
}): JSX.Element {
  if (messages.length === 0) {
    return <Nothing>None within the last five minutes.</Nothing>;
  }
  return (
    <ul class="messages">
      {messages.map((message) => (
        <li key={message.id} class={hasFailed(message) ? "failed" : ""}>
          <span class="mono quiet">{clock(message.at)}</span>
          <Way {...message} />
          <span class="mono cut">{message.route ?? "inform"}</span>
          <span class="number">
            {message.took === undefined
              ? bytes(message.bytes)
              : took(message.took)}
          </span>
          {message.reason && <span class="bad reason">{message.reason}</span>}
        </li>
      ))}
    </ul>
  );
}
