// Copyright 2026 the Wirekit authors. MIT license.

/** What stands in the table of clients, and on their cards. */
import type { ComponentChildren, JSX } from "preact";
import { bytes } from "../format.ts";
import type { ClientRow } from "../model/rates.ts";
import { Bar } from "../parts.tsx";

/** A share of an outbox from which on it is one to look at. */
const FULL = 0.5;

/** A figure that is no news while it is 0. */
export function Quiet({ value, children }: {
  value: number;
  children: ComponentChildren;
}): JSX.Element {
  return <span class={value > 0 ? "" : "quiet"}>{children}</span>;
}

/** The name of a client, and how it is. */
export function Name({ row }: { row: ClientRow }): JSX.Element {
  const { client, waits } = row;
  const { name, state, trouble } = client;
  const level = trouble ? "bad" : state === "active" ? "good" : "wait";
  return (
    <span class={`name${waits > 0 ? " in-queue" : ""}`}>
      <span class={`dot ${level}`} aria-hidden="true" />
      <span class="name-text" title={name}>
        {name ??
          (state === "nameless" ? `${client.protocol} client` : "no name yet")}
      </span>
      {waits > 0 && (
        <span class="tag" title={`waits for the name, number ${waits}`}>
          waits {waits}
        </span>
      )}
      {state === "unverified" && <span class="tag">unverified</span>}
      {trouble && <span class="trouble" title={trouble}>{trouble}</span>}
    </span>
  );
}

/** What waits to be read by a client. */
export function Outbox({ client: { outbox }, max }: {
  client: ClientRow["client"];
  max: number;
}): JSX.Element {
  const part = outbox.bytes / max;
  const label = `${bytes(outbox.bytes)} wait to be read, at most ${
    bytes(outbox.peak)
  }`;
  return (
    <span class="outbox">
      <Bar
        value={part}
        label={label}
        level={part > 0.8 ? "bad" : part > FULL ? "warn" : ""}
      />
      <span class={outbox.bytes > 0 ? "" : "quiet"}>{bytes(outbox.bytes)}</span>
    </span>
  );
}
