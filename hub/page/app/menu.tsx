// Copyright 2026 the Wirekit authors. MIT license.

/** The menu at the end of the header. */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, messageOf } from "../../../pages/app/server.ts";
import {
  setTheme,
  type Theme,
  theme,
  THEMES,
} from "../../../pages/app/theme.ts";
import { clock, moment } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { Choice, download } from "./parts.tsx";

/** How long payloads are recorded, in milliseconds. */
const RECORDED = 300_000;

const COLOURS: readonly (readonly [Theme, JSX.Element])[] = THEMES.map((
  [name, words],
) => [
  name,
  <span key={name} title={words}>
    <Icon name={name} />
    <span class="sr">{words}</span>
  </span>,
]);

/** The colours of the page, and what can be done with the hub. */
export function Menu({ model, drain, label }: {
  model: Model;
  drain: () => void;
  label: string;
}): JSX.Element {
  const [chosen, setChosen] = useState(theme());
  const [failed, setFailed] = useState("");
  const menu = useMenu();
  function act(action: () => void | Promise<void>): () => void {
    return () => {
      menu.current!.open = false;
      setFailed("");
      Promise.resolve().then(action).catch((error) =>
        setFailed(messageOf(error))
      );
    };
  }
  return (
    <div class="menu-place">
      <Choice
        label="Colours"
        value={chosen}
        of={COLOURS}
        choose={(wanted) => {
          setTheme(wanted);
          setChosen(wanted);
        }}
      />
      <details
        class="menu"
        ref={menu}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !menu.current!.open) return;
          event.stopPropagation();
          menu.current!.open = false;
          menu.current!.querySelector("summary")!.focus();
        }}
      >
        <summary class="button">Hub</summary>
        <div class="menu-items">
          <Items model={model} drain={drain} act={act} />
          <p class="note">
            {label === "open"
              ? "Nobody has to sign in"
              : `Signed in as ${label}`}
            {model.mayOperate ? "" : " (read only)"}
          </p>
        </div>
      </details>
      {failed && <p class="toast bad" role="alert">{failed}</p>}
    </div>
  );
}

/** A menu that closes when something else is pointed at. */
function useMenu(): RefObject<HTMLDetailsElement | null> {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (menu.current && !menu.current.contains(target as Node)) {
        menu.current.open = false;
      }
    };
    addEventListener("pointerdown", close);
    return () => removeEventListener("pointerdown", close);
  }, []);
  return menu;
}

function Items({ model, drain, act }: {
  model: Model;
  drain: () => void;
  act: (action: () => void | Promise<void>) => () => void;
}): JSX.Element {
  const recording = model.report?.recordingPayloadsUntil;
  return (
    <>
      <button type="button" onClick={act(() => exportAll(model))}>
        <Icon name="down" />Export all as JSON
      </button>
      <button type="button" onClick={act(record)}>
        <Icon name="down" />Download the last five minutes, for hub replay
      </button>
      <button
        type="button"
        disabled={!model.mayOperate}
        title="Otherwise the recording leaves out the payloads"
        onClick={act(() =>
          model.act("api/record", { ms: recording ? 0 : RECORDED })
        )}
      >
        <Icon name="eye" />
        {recording
          ? `Recording payloads until ${clock(recording)}: stop`
          : "Record payloads for five minutes"}
      </button>
      {model.report?.health === "draining"
        ? (
          <button
            type="button"
            disabled={!model.mayOperate}
            onClick={act(() => model.act("api/drain", { on: false }))}
          >
            <Icon name="play" />Let clients in again
          </button>
        )
        : (
          <button
            type="button"
            class="danger"
            disabled={!model.mayOperate}
            onClick={act(drain)}
          >
            <Icon name="pause" />Drain…
          </button>
        )}
      {model.report?.lock !== "open" && (
        <button
          type="button"
          onClick={act(() => model.signOut())}
        >
          <Icon name="out" />Sign out
        </button>
      )}
    </>
  );
}

async function exportAll(model: Model): Promise<void> {
  const { report, presence } = model;
  const [clients, edges, routes, open] = await Promise.all(
    ["clients", "edges", "routes", "open"].map((each) => get(`api/${each}`)),
  );
  const all = { report, clients, edges, routes, open, presence };
  const text = JSON.stringify(all, null, 2);
  download(`hub-${stamp()}.json`, text, "application/json");
}

async function record(): Promise<void> {
  const response = await fetch("api/recording", { cache: "no-store" });
  if (!response.ok) throw new Error("The hub keeps no recording");
  const text = await response.text();
  download(`hub-${stamp()}.jsonl`, text, "application/jsonl");
}

function stamp(): string {
  return moment(Date.now()).replace(" ", "T").replaceAll(":", "");
}
