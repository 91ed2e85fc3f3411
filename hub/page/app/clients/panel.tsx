// Copyright 2026 the Wirekit authors. MIT license.

/** One client, looked at closely. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Act } from "../acts.tsx";
import { age } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { ClientRow } from "../model/rates.ts";
import type { Model } from "../model.ts";
import { Copy } from "../parts.tsx";
import { Facts } from "./facts.tsx";
import { Messages } from "./messages.tsx";
import { Routes } from "./routes.tsx";

type ClientAct = Exclude<Act, "drain">;

/** The panel. */
export function ClientPanel({ model, name, ask, act }: {
  model: Model;
  name: string;
  ask: (to: string, route: string) => void;
  act: (act: Act) => void;
}): JSX.Element {
  const all = model.clients.filter(({ client }) => client.name === name);
  const row = all.find(({ client }) => client.state === "active") ?? all[0];
  const client = row?.client;
  const now = model.now();
  const queue = all.filter(({ waits }) => waits > 0);
  const may: Record<ClientAct, boolean> = {
    disconnect: client !== undefined,
    free: queue.length > 0,
    block: true,
  };
  return (
    <Aside name={name} close={() => model.choose(undefined)}>
      <header class="panel-head">
        <span
          class={`dot ${!client ? "wait" : client.trouble ? "bad" : "good"}`}
          aria-hidden="true"
        />
        <h2>{name}</h2>
        <Copy text={() => name} label="Copy the name" />
        <button
          type="button"
          class="button bare"
          aria-label="Close the panel"
          onClick={() => model.choose(undefined)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body">
        {client?.trouble && <Callout level="bad">{client.trouble}</Callout>}
        {!client && <Callout level="warn">It is not connected.</Callout>}
        {row && <Facts row={row} now={now} />}
        {queue.length > 0 && <Queue rows={queue} now={now} />}
        <h3>Routes</h3>
        <Routes name={name} ask={(route) => ask(name, route)} now={now} />
        <h3>Last messages</h3>
        <Messages model={model} name={name} />
        <h3>Actions</h3>
        <Acts may={may} mayOperate={model.mayOperate} act={act} />
      </div>
    </Aside>
  );
}

/** Takes the focus while it is there, and closes with Esc. */
function Aside({ name, close, children }: {
  name: string;
  close: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [name]);
  return (
    <aside
      ref={panel}
      class="panel"
      aria-label={`Client ${name}`}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      {children}
    </aside>
  );
}

function Callout({ level, children }: {
  level: "warn" | "bad";
  children: ComponentChildren;
}): JSX.Element {
  return (
    <p class={`callout ${level}`}>
      <Icon name="warning" />
      {children}
    </p>
  );
}

/** The clients that wait for the name. */
function Queue({ rows, now }: {
  rows: readonly ClientRow[];
  now: number;
}): JSX.Element {
  return (
    <>
      <h3>Waiting for the name</h3>
      <ol class="queue">
        {rows.map(({ client: { id, address, carrier, since } }) => (
          <li key={id}>
            <span class="mono">{address || carrier}</span>
            <span class="note">for {age(now - since)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

const TITLES: readonly (readonly [ClientAct, string])[] = [
  ["disconnect", "Disconnect…"],
  ["free", "Free the name…"],
  ["block", "Block for ten minutes…"],
];

/** What an operator can do about the client. */
function Acts({ may, mayOperate, act }: {
  may: Record<ClientAct, boolean>;
  mayOperate: boolean;
  act: (act: Act) => void;
}): JSX.Element {
  return (
    <>
      <div class="panel-acts">
        {TITLES.map(([each, title]) => (
          <button
            key={each}
            type="button"
            class="button danger"
            disabled={!mayOperate || !may[each]}
            onClick={() => act(each)}
          >
            {title}
          </button>
        ))}
      </div>
      {!mayOperate && (
        <p class="note">
          Your token lets you look, but not act.
        </p>
      )}
    </>
  );
}
