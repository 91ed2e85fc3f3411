// Copyright 2026 the Wirekit authors. MIT license.

/** Who is here. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ago, bytes, count, rate, some } from "../format.ts";
import { type ClientRow, keyOf } from "../model/rates.ts";
import type { Model } from "../model.ts";
import { Section } from "../parts.tsx";
import type { Order } from "../table/column.ts";
import { Grid } from "../table/grid.tsx";
import { Name } from "./cells.tsx";
import { columnsOf } from "./columns.tsx";
import { sorted } from "./order.ts";

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
