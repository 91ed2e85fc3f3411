// Copyright 2026 the Wirekit authors. MIT license.

/** What is known of a client, one fact a line. */
import type { ComponentChildren, JSX } from "preact";
import { age, ago, bytes, count, moment, rate, share } from "../format.ts";
import type { ClientRow } from "../model/rates.ts";

/** The facts. */
export function Facts({ row, now }: {
  row: ClientRow;
  now: number;
}): JSX.Element {
  const { client } = row;
  return (
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
      <Traffic row={row} />
      <Fact name="Outbox">
        {bytes(client.outbox.bytes)} now, {bytes(client.outbox.peak)} at most
      </Fact>
      {client.limits && (
        <Fact name="Limits reached">
          {Object.entries(client.limits)
            .map(([option, times]) => `${option} ${count(times)}×`)
            .join(", ")}
        </Fact>
      )}
      {client.lastEnd && (
        <Fact name="Left last time">
          {client.lastEndAt !== undefined && `${moment(client.lastEndAt)}: `}
          {client.lastEnd}
        </Fact>
      )}
    </dl>
  );
}

/** What it asks and tells, and is asked and told. */
function Traffic({ row }: { row: ClientRow }): JSX.Element {
  const { client: { sent, received, asking, asked } } = row;
  return (
    <>
      <Fact name="Asks">
        {rate(row.asks)}/s, {count(sent.requests)} in all
      </Fact>
      <Fact name="Is asked">
        {rate(row.asked)}/s, {count(received.requests)} in all,{" "}
        {share(received.errors, received.requests)} errors
      </Fact>
      <Fact name="Informs">
        {count(sent.informs)} sent, {count(received.informs)} received
      </Fact>
      <Fact name="Open">
        {count(asking)} asked, {count(asked)} to answer
      </Fact>
      <Fact name="Bytes">
        {bytes(sent.bytes)} sent, {bytes(received.bytes)} received
      </Fact>
    </>
  );
}

function Fact({ name, children }: {
  name: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
