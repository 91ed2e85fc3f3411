// Copyright 2026 the Wirekit authors. MIT license.

/** Who is here. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { ago, brief, bytes, count, moment, rate, some } from "./format.ts";
import { type Column, Grid, type Order } from "./grid.tsx";
import { type ClientRow, keyOf } from "./model/rates.ts";
import type { Model } from "./model.ts";
import { Bar, Section } from "./parts.tsx";

/** A share of an outbox from which on it is one to look at. */
const FULL = 0.5;

/**
 * The clients, the sick on top, and those that wait for a name under its owner.
 */
export function Clients({ model }: { model: Model }): JSX.Element {
  const [order, setOrder] = useState<Order>({ key: "name", down: false });
  const maxOutbox = model.report?.limits
    .find(({ option }) => option === "maxOutboxBytes")?.limit ?? 16 * 2 ** 20;
  const columns = columnsOf(model, maxOutbox);
  const rows = sorted(
    model.clients.filter(({ client }) =>
      model.shows(
        [client.name],
        [client.protocol, client.carrier, client.address, client.node].join(
          " ",
        ),
      )
    ),
    columns.find(({ key }) => key === order.key),
    order.down,
  );
  const sick = rows.filter(({ client }) => client.trouble).length;
  return (
    <Section
      name="clients"
      title="Clients"
      note={
        <>
          {rows.length < model.clients.length
            ? `${count(rows.length)} of ${count(model.clients.length)}`
            : count(rows.length)}
          {sick > 0 && (
            <span class="bad">· {some(sick, "in trouble", "in trouble")}</span>
          )}
        </>
      }
    >
      <Grid
        label="Clients"
        rows={rows}
        columns={columns}
        rowKey={({ client }) => keyOf(client)}
        rowClass={({ client, waits }) =>
          client.trouble ? "sick" : waits > 0 ? "held" : ""}
        rowHeight={34}
        card={(row) => <Card row={row} model={model} maxOutbox={maxOutbox} />}
        cardHeight={58}
        order={order}
        sort={setOrder}
        chosen={({ client }) =>
          client.name !== undefined && client.name === model.chosen}
        choose={({ client }) => {
          if (client.name !== undefined) model.choose(client.name);
        }}
        empty="No client fits the filter."
      />
    </Section>
  );
}

function columnsOf(model: Model, maxOutbox: number): Column<ClientRow>[] {
  const now = model.now();
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(150px, 3fr)",
      sort: ({ client }) => client.name ?? "",
      cell: (row) => <Name row={row} />,
    },
    ...model.report?.cluster
      ? [{
        key: "node",
        title: "Hub",
        width: "minmax(70px, .7fr)",
        sort: ({ client }: ClientRow) => client.node ?? "",
        cell: ({ client }: ClientRow) => client.node ?? "",
      }]
      : [],
    {
      key: "protocol",
      title: "Protocol",
      width: "136px",
      from: 680,
      sort: ({ client }) => `${client.protocol} ${client.carrier}`,
      cell: ({ client }) => (
        <>
          {client.protocol}
          <span class="quiet">{` ${client.carrier}`}</span>
        </>
      ),
    },
    {
      key: "address",
      title: "From",
      width: "minmax(108px, .6fr)",
      from: model.report?.cluster ? 940 : 800,
      sort: ({ client }) => client.address,
      cell: ({ client }) => <span class="mono">{client.address || "–"}</span>,
    },
    {
      key: "since",
      title: "Here for",
      width: "62px",
      from: 620,
      number: true,
      sort: ({ client }) => now - client.since,
      cell: ({ client }) => (
        <span title={`since ${moment(client.since)}`}>
          {brief(now - client.since)}
        </span>
      ),
    },
    {
      key: "asks",
      title: "Asks/s",
      width: "60px",
      number: true,
      sort: ({ asks }) => asks,
      cell: ({ asks }) => <Quiet value={asks}>{rate(asks)}</Quiet>,
    },
    {
      key: "asked",
      title: "Asked/s",
      width: "66px",
      number: true,
      sort: ({ asked }) => asked,
      cell: ({ asked }) => <Quiet value={asked}>{rate(asked)}</Quiet>,
    },
    {
      key: "informs",
      title: "Informs/s",
      width: "76px",
      from: 1000,
      number: true,
      sort: ({ informs }) => informs,
      cell: ({ informs }) => <Quiet value={informs}>{rate(informs)}</Quiet>,
    },
    {
      key: "errors",
      title: "Errors/s",
      width: "66px",
      from: 580,
      number: true,
      sort: ({ errors }) => errors,
      cell: ({ errors }) => (
        <Quiet value={errors}>
          <span class={errors > 0 ? "bad" : ""}>{rate(errors)}</span>
        </Quiet>
      ),
    },
    {
      key: "open",
      title: "Open",
      width: "52px",
      number: true,
      sort: ({ client }) => client.asking + client.asked,
      cell: ({ client }) => (
        <Quiet value={client.asking + client.asked}>
          <span
            title={`${client.asking} asked by it, ${client.asked} to answer`}
          >
            {count(client.asking + client.asked)}
          </span>
        </Quiet>
      ),
    },
    {
      key: "outbox",
      title: "Outbox",
      width: "minmax(92px, .4fr)",
      from: 740,
      sort: ({ client }) => client.outbox.bytes,
      cell: ({ client }) => <Outbox client={client} max={maxOutbox} />,
    },
    {
      key: "seen",
      title: "Heard",
      width: "54px",
      from: 600,
      number: true,
      sort: ({ client }) => now - client.lastSeen,
      cell: ({ client }) => ago(now - client.lastSeen),
    },
  ];
}

function Quiet({ value, children }: {
  value: number;
  children: ComponentChildren;
}): JSX.Element {
  return <span class={value > 0 ? "" : "quiet"}>{children}</span>;
}

function Name({ row }: { row: ClientRow }): JSX.Element {
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

function Outbox({ client: { outbox }, max }: {
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

function Card({ row, model, maxOutbox }: {
  row: ClientRow;
  model: Model;
  maxOutbox: number;
}): JSX.Element {
  const { client, asks, asked, errors } = row;
  const open = client.asking + client.asked;
  const parts = [
    client.node !== undefined && `at ${client.node}`,
    `${rate(asks)} asks/s`,
    `${rate(asked)} asked/s`,
    open > 0 && `${count(open)} open`,
    client.outbox.bytes > maxOutbox / 100 &&
    `${bytes(client.outbox.bytes)} unread`,
    `heard ${ago(model.now() - client.lastSeen)}`,
  ];
  return (
    <>
      <Name row={row} />
      <span class="card-line">
        {errors > 0 && (
          <strong class="bad">{`${rate(errors)} errors/s · `}</strong>
        )}
        {parts.filter(Boolean).join(" · ")}
      </span>
    </>
  );
}

/** Sorts those that have a name, and puts each queue under who has the name. */
function sorted(
  rows: readonly ClientRow[],
  column: Column<ClientRow> | undefined,
  down: boolean,
): ClientRow[] {
  const by = column?.sort ?? (({ client }) => client.name ?? "");
  const sign = down ? -1 : 1;
  const compare = (a: ClientRow, b: ClientRow) => {
    const sick = Number(Boolean(b.client.trouble)) -
      Number(Boolean(a.client.trouble));
    if (sick !== 0) return sick;
    const [x, y] = [by(a), by(b)];
    const order = typeof x === "number" && typeof y === "number"
      ? x - y
      : COLLATOR.compare(String(x), String(y));
    return sign * order || a.client.id - b.client.id;
  };
  const queues = Map.groupBy(
    rows.filter(({ waits }) => waits > 0),
    ({ client }) => client.name,
  );
  const placed = rows.filter(({ waits }) => waits === 0).sort(compare);
  const result = placed.flatMap((row) => {
    const queue = queues.get(row.client.name) ?? [];
    queues.delete(row.client.name);
    return [row, ...queue];
  });
  return [...result, ...[...queues.values()].flat()];
}

const COLLATOR = new Intl.Collator("en", { numeric: true });
