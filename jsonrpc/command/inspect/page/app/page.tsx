// Copyright 2026 the Wirekit authors. MIT license.

/** The page as a whole. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useDrawn } from "../../../../../pages/app/drawn.ts";
import { Refusal } from "../../../../../pages/app/gate.tsx";
import { Themes } from "../../../../../pages/app/themes.tsx";
import { Form } from "./form.tsx";
import { History } from "./history.tsx";
import { Icon } from "./icons.tsx";
import { Messages } from "./messages.tsx";
import { Methods } from "./methods.tsx";
import { Model } from "./model.ts";
import { Outcome } from "./outcome.tsx";

/** The parts of the page, of which a narrow window shows one. */
const PARTS = ["Methods", "Call", "History", "Messages"] as const;

/** A part of the page. */
type Part = typeof PARTS[number];

/** The page. */
export function Page(): JSX.Element {
  const model = useDrawn((changed) => new Model(changed));
  const [part, show] = useState<Part>("Methods");
  useEffect(() => {
    void model.start();
    const press = (event: KeyboardEvent) => pressed(event, model);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const { end, connection } = model;
  const place = end?.place ?? "";
  useEffect(() => {
    document.title = place ? `${place} · jsonrpc inspect` : "jsonrpc inspect";
  }, [place]);
  if (connection === "locked") return <Gate />;
  return (
    <div class="page" data-part={part}>
      <Header model={model} />
      <nav class="parts" aria-label="Parts of this page">
        {PARTS.map((each) => (
          <button
            type="button"
            key={each}
            aria-current={each === part}
            onClick={() => show(each)}
          >
            {each}
            {each === "History" && model.calls.length > 0 &&
              <small>{model.calls.length}</small>}
            {each === "Messages" && model.messages.length > 0 &&
              <small>{model.messages.length}</small>}
          </button>
        ))}
      </nav>
      <Trouble model={model} />
      <main>
        <Methods model={model} chose={() => show("Call")} />
        <section class="work" aria-label="Call">
          <Form model={model} />
          <Outcome model={model} />
        </section>
        <History model={model} looked={() => show("Call")} />
        <Messages model={model} />
      </main>
    </div>
  );
}

/** What keys do wherever the focus is. */
function pressed(event: KeyboardEvent, model: Model): void {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const isTyping = target instanceof HTMLElement &&
    /^(input|textarea|select)$/i.test(target.tagName);
  if (key === "/" && !isTyping && !ctrlKey && !metaKey && !altKey) {
    event.preventDefault();
    document.querySelector<HTMLElement>("#find")?.focus();
  }
  if (key !== "Escape") return;
  const running = model.calls.findLast(({ took }) => took === undefined);
  if (running) void model.stop(running.number);
}

const STATES = {
  starting: "Starting …",
  open: "Connected",
  closed: "Not connected",
};

function Header({ model }: { model: Model }): JSX.Element {
  const { end, connection } = model;
  const state = connection === "live" ? end?.state ?? "starting" : "starting";
  return (
    <header class="bar">
      <h1>
        <Icon name="braces" />
        <span class="place">{end?.place ?? "jsonrpc inspect"}</span>
      </h1>
      <p class={`state ${state}`}>
        {connection === "lost" ? "No server" : STATES[state]}
      </p>
      {end?.state === "open" && end.words && <p class="greeting">{end.words}
      </p>}
      <span class="space" />
      <button
        type="button"
        class="act"
        disabled={connection !== "live" || end?.state === "starting"}
        onClick={() => void model.restart()}
      >
        <Icon name="again" />
        {end?.isProgram === false ? "Connect again" : "Start again"}
      </button>
      <Themes />
    </header>
  );
}

/** What is wrong with the server of the page or with the other end. */
function Trouble({ model: { connection, end } }: { model: Model }) {
  return (
    <div role="status" class="troubles">
      {connection === "lost" && (
        <p class="trouble">
          <Icon name="warning" />
          <span>
            <strong>No connection to jsonrpc inspect.</strong>{" "}
            It has ended, or is busy. Trying again.
          </span>
        </p>
      )}
      {connection === "live" && end?.state === "closed" && (
        <p class="trouble">
          <Icon name="warning" />
          <span>
            <strong>There is no connection to {end.place}.</strong> {end.words}
          </span>
        </p>
      )}
    </div>
  );
}

/** What is shown to those who are not let in. */
function Gate(): JSX.Element {
  return (
    <Refusal
      mark={<Icon name="lock" />}
      title="Open the address that jsonrpc inspect prints"
      reason="It lets one browser in, once. For another one, press Enter in the terminal where jsonrpc inspect runs: it prints a new address."
    />
  );
}
