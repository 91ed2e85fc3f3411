// Copyright 2026 the Wirekit authors. MIT license.

/** The last messages of a client: those that pass, and older ones. */
import type { JSX } from "preact";
import type { TailReport } from "../../../watch/reports/tail.ts";
import { bytes, clock, took } from "../format.ts";
import type { Model } from "../model.ts";
import { Nothing } from "../parts.tsx";
import { useRows } from "../rows.ts";
import { recorded } from "../session.ts";
import { hasFailed, Way } from "../tail.tsx";

/** How many messages are listed. */
const MAX_MESSAGES = 50;

/** The messages. */
export function Messages({ model, name }: {
  model: Model;
  name: string;
}): JSX.Element {
  const messages = useMessages(model, name);
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

function useMessages(model: Model, name: string): readonly TailReport[] {
  const fits = ({ from, to }: TailReport) => from === name || to === name;
  const older = useRows(() => recorded(fits, MAX_MESSAGES), name);
  const newer = model.tail.filter(fits);
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))]
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_MESSAGES);
}
