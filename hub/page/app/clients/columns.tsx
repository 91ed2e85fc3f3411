// Copyright 2026 the Wirekit authors. MIT license.

/** The columns of the table of clients. */
import { ago, brief, count, moment, rate } from "../format.ts";
import type { ClientRow } from "../model/rates.ts";
import type { Model } from "../model.ts";
import type { Column } from "../table/column.ts";
import { Name, Outbox, Quiet } from "./cells.tsx";

/** All of them, from left to right. */
export function columnsOf(
  model: Model,
  maxOutbox: number,
): Column<ClientRow>[] {
  const now = model.now();
  const isCluster = model.report?.cluster !== undefined;
  return [NAME, ...whereColumns(isCluster, now), ...RATES, OPEN, {
    key: "outbox",
    title: "Outbox",
    width: "minmax(92px, .4fr)",
    from: 740,
    sort: ({ client }) => client.outbox.bytes,
    cell: ({ client }) => <Outbox client={client} max={maxOutbox} />,
  }, {
    key: "seen",
    title: "Heard",
    width: "54px",
    from: 600,
    number: true,
    sort: ({ client }) => now - client.lastSeen,
    cell: ({ client }) => ago(now - client.lastSeen),
  }];
}

const NAME: Column<ClientRow> = {
  key: "name",
  title: "Name",
  width: "minmax(150px, 3fr)",
  sort: ({ client }) => client.name ?? "",
  cell: (row) => <Name row={row} />,
};

const NODE: Column<ClientRow> = {
  key: "node",
  title: "Hub",
  width: "minmax(70px, .7fr)",
  sort: ({ client }) => client.node ?? "",
  cell: ({ client }) => client.node ?? "",
};

/** Where a client comes from, and since when it is here. */
function whereColumns(isCluster: boolean, now: number): Column<ClientRow>[] {
  return [
    ...isCluster ? [NODE] : [],
    {
      key: "protocol",
      title: "Protocol",
      width: "152px",
      from: 700,
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
      from: 800,
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
  ];
}

/** What a client does in a second. */
const RATES: readonly Column<ClientRow>[] = [
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
];

/** The requests of a client, and those to it, that are not answered. */
const OPEN: Column<ClientRow> = {
  key: "open",
  title: "Open",
  width: "52px",
  number: true,
  sort: ({ client }) => client.asking + client.asked,
  cell: ({ client: { asking, asked } }) => (
    <Quiet value={asking + asked}>
      <span title={`${asking} asked by it, ${asked} to answer`}>
        {count(asking + asked)}
      </span>
    </Quiet>
  ),
};
