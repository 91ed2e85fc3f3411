// Copyright 2026 the Wirekit authors. MIT license.

/** What passes through the hub, as it passes. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TailReport } from "../../watch/reports/tail.ts";
import { bytes, clock, count, some, took } from "./format.ts";
import type { Column } from "./table/column.ts";
import { Grid } from "./table/grid.tsx";
import { Icon } from "./icons.tsx";
import { layOut } from "../../../pages/app/json_text.ts";
import type { Model } from "./model.ts";
import { Choice, Copy, Section } from "./parts.tsx";
import { placeOf, waysToCall } from "./snippets.ts";

type Kind = "all" | "errors" | "requests" | "informs";

const KINDS: readonly (readonly [Kind, string])[] = [
  ["all", "All"],
  ["requests", "Requests"],
  ["informs", "Informs"],
  ["errors", "Errors"],
];

/** Whether a message failed. */
export function hasFailed({ outcome }: TailReport): boolean {
  return outcome === "error" || outcome === "failure";
}

/** The live tail. */
export function Tail({ model }: { model: Model }): JSX.Element {
  const [kind, setKind] = useState<Kind>("all");
  const [opened, setOpened] = useState<TailReport>();
  const rows = model.tail.filter((row) =>
    isOf(kind, row) &&
    model.shows([row.from, row.to], `${row.route ?? ""} ${row.reason ?? ""}`)
  );
  return (
    <Section
      name="tail"
      title="Live"
      note={model.paused
        ? "paused"
        : model.missing.length > 0
        ? `without ${model.missing.join(", ")}: no answer`
        : model.leftOut > 0
        ? `a sample: ${count(model.leftOut)} more not shown`
        : "every message"}
      actions={
        <>
          <Choice
            label="Which messages"
            value={kind}
            of={KINDS}
            choose={setKind}
          />
          <button
            type="button"
            class="button small"
            aria-pressed={model.payloads}
            disabled={!model.mayOperate}
            onClick={() => model.show(!model.payloads)}
            title="What is in the messages is shown on this page only while you ask for it, and never kept"
          >
            <Icon name="eye" />
            {model.payloads ? "Hide payloads" : "Show payloads"}
          </button>
          <button
            type="button"
            class="button small"
            onClick={() => model.pause(!model.paused)}
          >
            <Icon name={model.paused ? "play" : "pause"} />
            {model.paused ? "Go on" : "Pause"}
          </button>
        </>
      }
    >
      <Grid
        label="Live messages"
        rows={rows}
        columns={columnsOf(model)}
        rowKey={({ id }) => id}
        rowClass={(row) => hasFailed(row) ? "failed" : ""}
        rowHeight={30}
        card={(row) => <Card row={row} />}
        cardHeight={54}
        chosen={({ id }) => id === opened?.id}
        choose={(row) => setOpened(row.id === opened?.id ? undefined : row)}
        empty={model.tail.length === 0
          ? "Nothing has passed within the last five minutes."
          : "No message fits the filter."}
      />
      {opened && (
        <Message
          model={model}
          message={model.tail.find(({ id }) => id === opened.id) ?? opened}
          close={() => setOpened(undefined)}
        />
      )}
    </Section>
  );
}

function isOf(kind: Kind, row: TailReport): boolean {
  switch (kind) {
    case "all":
      return true;
    case "errors":
      return hasFailed(row);
    case "requests":
      return row.kind === "request";
    case "informs":
      return row.kind === "inform";
  }
}

/** Where the sender is, and the receiver if it is elsewhere. */
function hubsOf({ node, toNode }: TailReport): string {
  return [node, toNode].filter((each) => each !== undefined).join(" → ");
}

const HUB: Column<TailReport> = {
  key: "hub",
  title: "Hub",
  width: "minmax(120px, 1fr)",
  from: 720,
  cell: (row) => (
    <span class="quiet cut" title={hubsOf(row)}>{hubsOf(row)}</span>
  ),
};

function columnsOf(model: Model): Column<TailReport>[] {
  return [
    {
      key: "at",
      title: "Time",
      width: "72px",
      cell: ({ at }) => <span class="mono quiet">{clock(at)}</span>,
    },
    {
      key: "way",
      title: "From → to",
      width: "minmax(180px, 1.4fr)",
      cell: (row) => <Way {...row} />,
    },
    ...model.report?.cluster ? [HUB] : [],
    {
      key: "route",
      title: "Route",
      width: "minmax(100px, 1fr)",
      cell: ({ route, kind }) =>
        kind === "inform"
          ? <span class="tag">inform</span>
          : <span class="mono">{route}</span>,
    },
    {
      key: "payload",
      title: "Payload",
      width: "minmax(140px, 1.8fr)",
      from: 880,
      cell: (row) => <Payload row={row} shown={model.payloads} />,
    },
    {
      key: "size",
      title: "Size",
      width: "72px",
      from: 640,
      number: true,
      cell: ({ bytes: size }) => bytes(size),
    },
    {
      key: "took",
      title: "Took",
      width: "72px",
      number: true,
      cell: ({ took: time }) => time === undefined ? "" : took(time),
    },
    {
      key: "outcome",
      title: "Outcome",
      width: "minmax(84px, 1.1fr)",
      cell: (row) => <Outcome row={row} />,
    },
  ];
}

/** From whom to whom. */
export function Way({ from, to, receivers }: {
  from: string;
  to?: string;
  receivers?: number;
}): JSX.Element {
  return (
    <span class="way" title={`${from} → ${to ?? "several"}`}>
      <span class="end">{from}</span>
      <span class="quiet" aria-label="to">→</span>
      <span class="end">
        {to ?? (
          <em>{receivers === undefined ? "all" : some(receivers, "client")}</em>
        )}
      </span>
    </span>
  );
}

function Payload({ row, shown }: {
  row: TailReport;
  shown: boolean;
}): JSX.Element {
  if (!shown) return <span class="masked" title="hidden">••••••</span>;
  const text = [row.data, row.answer].filter((each) => each !== undefined)
    .join(" → ");
  return <span class="mono cut">{text}</span>;
}

function Outcome({ row }: { row: TailReport }): JSX.Element {
  const { outcome, reason } = row;
  const words = {
    answer: "answered",
    error: "error",
    failure: "failed",
  };
  if (outcome === undefined) {
    return (
      <span class="quiet">{row.kind === "inform" ? "told" : "waits"}</span>
    );
  }
  return (
    <span
      class={outcome === "answer" ? "quiet" : "bad"}
      title={reason ?? undefined}
    >
      {reason ?? words[outcome]}
    </span>
  );
}

function Card({ row }: { row: TailReport }): JSX.Element {
  const parts: ComponentChildren[] = [
    clock(row.at),
    row.kind === "inform" ? "inform" : row.route,
    row.took === undefined ? bytes(row.bytes) : took(row.took),
    ...row.node === undefined ? [] : [hubsOf(row)],
  ];
  return (
    <>
      <Way {...row} />
      <span class="card-line">
        {parts.join(" · ")} · <Outcome row={row} />
      </span>
    </>
  );
}

/** One message with all that is known of it. */
function Message({ model, message, close }: {
  model: Model;
  message: TailReport;
  close: () => void;
}): JSX.Element {
  const { from, to, route, data, answer, answerBytes, reason } = message;
  const place = placeOf(location, model.report);
  const ways = to !== undefined && route !== undefined
    ? waysToCall({ to, route, data: data ?? "{}" }, place)
    : [];
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  }, [message.id]);
  return (
    <div
      ref={box}
      class="message"
      role="group"
      aria-label="The message"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <div class="message-head">
        <strong>
          <Way from={from} {...(to !== undefined && { to })} />
        </strong>
        <span class="mono">{route}</span>
        <span class="note">
          {clock(message.at)} · {bytes(message.bytes)}
          {answerBytes !== undefined && <>, answer {bytes(answerBytes)}</>}
          {message.took !== undefined && <>, {took(message.took)}</>}
          {message.node !== undefined && <>· {hubsOf(message)}</>}
        </span>
        <button
          type="button"
          class="button bare"
          aria-label="Close the message"
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      {reason && <p class="bad">{reason}</p>}
      {model.payloads || data !== undefined
        ? (
          <div class="payloads">
            <Text title="Data" text={data} />
            {message.kind === "request" && (
              <Text
                title="Answer"
                text={answer}
              />
            )}
          </div>
        )
        : (
          <p class="note">
            The payload is hidden. “Show payloads” shows those of the messages
            that come after it.
          </p>
        )}
      {ways.length > 0 && (
        <div class="copies">
          <span class="note">Copy as</span>
          {ways.map(({ title, text }) => (
            <Copy
              key={title}
              text={() => text}
              label={`Copy as ${title}`}
            >
              {title}
            </Copy>
          ))}
        </div>
      )}
    </div>
  );
}

/** A text of a message, laid out, digit by digit as it came. */
export function Text({ title, text }: {
  title: string;
  text: string | undefined;
}): JSX.Element {
  return (
    <figure class="text">
      <figcaption>{title}</figcaption>
      <pre
        tabIndex={0}
      >{text === undefined ? "hidden when it came" : layOut(text)}</pre>
    </figure>
  );
}
