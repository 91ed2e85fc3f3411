// Copyright 2026 the Wirekit authors. MIT license.

/** The hub's limits, and how near it came to them. */
import type { JSX } from "preact";
import type { LimitReport } from "../../watch/reports/hub.ts";
import { bytes, count, duration } from "./format.ts";
import type { Model } from "./model.ts";
import { Bar, Section } from "./parts.tsx";

/** The limits. */
export function Limits({ model }: { model: Model }): JSX.Element | null {
  const limits = model.report?.limits ?? [];
  if (limits.length === 0) return null;
  const met = limits.filter(({ hits }) => hits > 0).length;
  return (
    <Section
      name="limits"
      title="Limits"
      note={met > 0 ? `${met} reached` : "none reached"}
    >
      <div class="scroll" tabIndex={0} role="region" aria-label="All limits">
        <table>
          <thead>
            <tr>
              <th scope="col">Option</th>
              <th scope="col" class="number">Limit</th>
              <th scope="col" class="number wide">Default</th>
              <th scope="col" class="number wide">Now</th>
              <th scope="col" class="number">Peak</th>
              <th scope="col" class="wide">Peak of limit</th>
              <th scope="col" class="number">Reached</th>
            </tr>
          </thead>
          <tbody>
            {limits.map((each) => <Limit key={each.option} {...each} />)}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Limit(
  { option, limit, default: usual, hits, ...measured }: LimitReport,
): JSX.Element {
  // How near something came is not measured of a deadline.
  const { peak, now }: Partial<typeof measured> = /Timeout$/.test(option)
    ? {}
    : measured;
  const write = writerOf(option);
  const part = peak !== undefined && limit ? peak / limit : 0;
  return (
    <tr>
      <th scope="row" class="mono">{option}</th>
      <td class="number">{limit === null ? "none" : write(limit)}</td>
      <td class="number wide">{usual === null ? "none" : write(usual)}</td>
      <td class="number wide">{now === undefined ? "–" : write(now)}</td>
      <td class="number">{peak === undefined ? "–" : write(peak)}</td>
      <td class="wide">
        {peak !== undefined && (
          <Bar
            value={part}
            label={`${Math.round(part * 100)} %`}
            level={hits > 0 ? "bad" : part > 0.8 ? "warn" : ""}
          />
        )}
      </td>
      <td class="number">
        {hits > 0 ? <strong class="bad">{count(hits)} ×</strong> : "0"}
      </td>
    </tr>
  );
}

function writerOf(option: string): (value: number) => string {
  if (/Bytes$/.test(option)) return bytes;
  if (/(Timeout|Interval|Delay)$/.test(option)) return duration;
  return count;
}
