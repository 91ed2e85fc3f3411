// Copyright 2026 the Wirekit authors. MIT license.

/** What a client can be asked, and how that went. */
import type { JSX } from "preact";
import type { RouteReport } from "../../../watch/reports/calls.ts";
import { ago, count, share, took } from "../format.ts";
import { Nothing } from "../parts.tsx";
import { routesOf, useRows } from "../rows.ts";

/** How often the routes are asked for, in milliseconds. */
const ROUTES_EVERY = 2000;

/** The routes of a client, and a button to try each. */
export function Routes({ name, ask, now }: {
  name: string;
  ask: (route: string) => void;
  now: number;
}): JSX.Element {
  const routes = useRows(() => routesOf(name), name, ROUTES_EVERY);
  if (routes.length === 0) {
    return <Nothing>No route has been asked for yet.</Nothing>;
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Routes">
      <table>
        <thead>
          <tr>
            <th scope="col">Route</th>
            {["Count", "Errors", "p50", "p95", "p99", "Last"].map((title) => (
              <th key={title} scope="col" class="number">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {routes.map((each) => (
            <Route key={each.route} report={each} ask={ask} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Route({ report, ask, now }: {
  report: RouteReport;
  ask: (route: string) => void;
  now: number;
}): JSX.Element {
  const { route, description, count: times, errors, latency, last } = report;
  return (
    <tr>
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
      <td class="number">{last === undefined ? "–" : ago(now - last)}</td>
    </tr>
  );
}
