// Copyright 2026 the Wirekit authors. MIT license.

/** Who came, who waits and who left, and why. */
import type { JSX } from "preact";
import type { PresenceReport } from "../../watch/reports/clients.ts";
import { clock } from "./format.ts";
import type { Model } from "./model.ts";
import { Nothing, Section } from "./parts.tsx";

const WORDS: Record<PresenceReport["event"], [level: string, words: string]> = {
  join: ["good", "joined"],
  hold: ["wait", "waits for its name"],
  leave: ["", "left"],
};

/** Comings and goings since the page was opened, the newest first. */
export function Comings({ model }: { model: Model }): JSX.Element {
  const events = model.presence.filter(({ name, reason = "", node = "" }) =>
    model.shows([name], `${reason} ${node}`)
  );
  return (
    <Section name="comings" title="Came and went">
      {events.length === 0
        ? <Nothing>Nobody has come or gone since this page was opened.</Nothing>
        : (
          <ul class="comings-list" tabIndex={0} aria-label="Came and went">
            {events.map(({ at, event, name, reason, node }, index) => {
              const [level, verb] = WORDS[event];
              const words = node === undefined ? verb : `${verb} at ${node}`;
              return (
                <li key={`${at} ${index}`}>
                  <span class="mono quiet">{clock(at)}</span>
                  <span class={`dot ${level}`} aria-hidden="true" />
                  <span class="name-text" title={name}>{name}</span>
                  <span class="cut quiet" title={reason}>
                    {reason === undefined ? words : `${words}: ${reason}`}
                  </span>
                </li>
              );
            })}
          </ul>
        )}
    </Section>
  );
}
