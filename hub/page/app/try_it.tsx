// Copyright 2026 the Wirekit authors. MIT license.

/** A request or information by hand. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../../../pages/app/server.ts";
import type { RouteReport } from "../../watch/reports/calls.ts";
import { clock, some, took } from "./format.ts";
import { Icon } from "./icons.tsx";
import { isObject, layOut, mistakeIn } from "../../../pages/app/json_text.ts";
import type { Model } from "./model.ts";
import { Choice, Copy, Section } from "./parts.tsx";
import { placeOf, waysToCall } from "./snippets.ts";

/** How many tries are kept, for as long as the page is open. */
const MEMORY = 20;

/** What is to be asked. */
export interface Draft {
  readonly to: string;
  readonly route: string;
  readonly data: string;
}

interface Try {
  readonly id: number;
  readonly at: number;
  readonly draft: Draft;
  readonly took?: number;
  readonly answer?: string;
  readonly error?: string;
  readonly told?: string;
}

type Mode = "request" | "inform";

const MODES: readonly (readonly [Mode, string])[] = [
  ["request", "Request"],
  ["inform", "Inform"],
];

/** The form, and what came of it. */
export function TryIt({ model, draft, edit }: {
  model: Model;
  draft: Draft;
  edit: (change: Partial<Draft>) => void;
}): JSX.Element {
  const [mode, setMode] = useState<Mode>("request");
  const [tries, setTries] = useState<readonly Try[]>([]);
  const [shown, setShown] = useState<number>();
  const [busy, setBusy] = useState(false);
  const lastId = useRef(0);

  async function run(act: () => Promise<Partial<Try>>): Promise<void> {
    setBusy(true);
    const start = performance.now();
    const result = await act().catch((error) => ({ error: error.message }));
    const made: Try = {
      id: ++lastId.current,
      at: Date.now(),
      draft,
      took: performance.now() - start,
      ...result,
    };
    setTries((tries) => [made, ...tries].slice(0, MEMORY));
    setShown(made.id);
    setBusy(false);
  }

  const result = tries.find(({ id }) => id === shown);
  return (
    <Section
      name="try"
      title="Try it"
      actions={
        <Choice label="What to send" value={mode} of={MODES} choose={setMode} />
      }
    >
      <div class="try-body">
        {!model.mayOperate && (
          <p class="hint">Your token allows to look, not to send.</p>
        )}
        {mode === "request"
          ? (
            <Request
              model={model}
              draft={draft}
              edit={edit}
              busy={busy}
              send={() =>
                run(async () => {
                  const { answer, took, error } = await model.act<{
                    answer?: string;
                    took?: number;
                    error?: { message: string };
                  }>("api/request", {
                    ...draft,
                    data: draft.data.trim() || "{}",
                  });
                  return {
                    ...(answer !== undefined && { answer }),
                    ...(took !== undefined && { took }),
                    ...(error && { error: error.message }),
                  };
                })}
            />
          )
          : (
            <Inform
              model={model}
              draft={draft}
              edit={edit}
              busy={busy}
              send={(to) =>
                run(async () => {
                  const { receivers } = await model.act<{ receivers: number }>(
                    "api/inform",
                    { data: draft.data.trim(), ...(to && { to }) },
                  );
                  return {
                    told: some(
                      receivers,
                      "client was told",
                      "clients were told",
                    ),
                  };
                })}
            />
          )}
        {result && <Result model={model} made={result} />}
        {tries.length > 1 && (
          <ol class="tries" aria-label="Earlier tries" reversed>
            {tries.map((each) => (
              <li key={each.id}>
                <button
                  type="button"
                  class="try-row"
                  aria-pressed={each.id === shown}
                  onClick={() => {
                    setShown(each.id);
                    edit(each.draft);
                  }}
                >
                  <span class="mono quiet">{clock(each.at)}</span>
                  <span class="mono cut">
                    {each.told
                      ? "inform"
                      : `${each.draft.to} ${each.draft.route}`}
                  </span>
                  <span class={each.error ? "bad" : "quiet"}>
                    {each.error ? "failed" : took(each.took ?? 0)}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </div>
    </Section>
  );
}

function Request({ model, draft, edit, busy, send }: {
  model: Model;
  draft: Draft;
  edit: (change: Partial<Draft>) => void;
  busy: boolean;
  send: () => Promise<void>;
}): JSX.Element {
  const { to, route, data } = draft;
  const names = namesOf(model);
  const routes = useRoutesOf(names.includes(to) ? to : "");
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  const unknown = to !== "" && names.length > 0 && !names.includes(to);
  const place = placeOf(location, model.report);
  return (
    <form
      class="try-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!mistake) void send();
      }}
    >
      <div class="fields">
        <label class="field">
          Name
          <input
            type="text"
            name="to"
            list="names"
            required
            autocomplete="off"
            spellcheck={false}
            value={to}
            onInput={({ currentTarget }) => edit({ to: currentTarget.value })}
          />
        </label>
        <label class="field">
          Route
          <input
            type="text"
            name="route"
            list="routes"
            required
            autocomplete="off"
            spellcheck={false}
            value={route}
            onInput={({ currentTarget }) =>
              edit({ route: currentTarget.value })}
          />
        </label>
      </div>
      <datalist id="names">
        {names.slice(0, 500).map((name) => <option key={name} value={name} />)}
      </datalist>
      <datalist id="routes">
        {routes.map(({ route }) => <option key={route} value={route} />)}
      </datalist>
      {unknown && <p class="hint warn">Nobody has the name “{to}” just now.</p>}
      <Editor
        label="Data, as JSON"
        data={data}
        edit={(data) => edit({ data })}
        send={() => {
          if (!mistake && to && route) void send();
        }}
        hint={data.trim() !== "" && !isObject(data)
          ? "Clients in Python take an object: its keys are the arguments of the route."
          : ""}
      />
      <div class="send">
        <button
          type="submit"
          class="button primary"
          disabled={busy || mistake !== undefined || !model.mayOperate}
        >
          <Icon name="send" />
          {busy ? "Waiting…" : "Send the request"}
        </button>
        {to && route && !mistake && (
          <span class="copies">
            <span class="note">or copy as</span>
            {waysToCall({ to, route, data: data || "{}" }, place).map((
              { title, text },
            ) => (
              <Copy key={title} text={() => text} label={`Copy as ${title}`}>
                {title}
              </Copy>
            ))}
          </span>
        )}
      </div>
    </form>
  );
}

function Inform({ model, draft, edit, busy, send }: {
  model: Model;
  draft: Draft;
  edit: (change: Partial<Draft>) => void;
  busy: boolean;
  send: (to: string[] | undefined) => Promise<void>;
}): JSX.Element {
  const [whom, setWhom] = useState("");
  const names = namesOf(model);
  const wanted = [...new Set(whom.split(/[,\n]/).map((name) => name.trim()))]
    .filter((name) => name !== "");
  const known = wanted.filter((name) => names.includes(name));
  const missing = wanted.filter((name) => !names.includes(name));
  const receivers = wanted.length === 0 ? names.length : known.length;
  const { data } = draft;
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  const isEmpty = /^(?:|""|0|0\.0|null|false|\[\]|\{\})$/.test(data.trim());
  return (
    <form
      class="try-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!mistake && !isEmpty) {
          void send(wanted.length > 0 ? wanted : undefined);
        }
      }}
    >
      <label class="field">
        To
        <input
          type="text"
          name="whom"
          list="names-to-inform"
          autocomplete="off"
          spellcheck={false}
          placeholder="all; or names, with commas between"
          value={whom}
          onInput={({ currentTarget }) => setWhom(currentTarget.value)}
        />
      </label>
      <datalist id="names-to-inform">
        {names.slice(0, 500).map((name) => <option key={name} value={name} />)}
      </datalist>
      <p class={`hint${receivers === 0 ? " warn" : ""}`}>
        {wanted.length === 0
          ? `All ${some(receivers, "client")} will receive it.`
          : `${some(receivers, "client")} will receive it.`}
        {missing.length > 0 && ` Nobody is ${missing.join(", ")}.`}
      </p>
      <Editor
        label="Information, as JSON"
        data={data}
        edit={(data) => edit({ data })}
        send={() => {
          if (!mistake && !isEmpty) {
            void send(wanted.length > 0 ? wanted : undefined);
          }
        }}
        hint={isEmpty && data.trim() !== ""
          ? "Clients in Python drop what is empty, 0, false or null."
          : ""}
      />
      <div class="send">
        <button
          type="submit"
          class="button primary"
          disabled={busy || mistake !== undefined || isEmpty ||
            receivers === 0 || !model.mayOperate}
        >
          <Icon name="send" />
          {busy ? "Waiting…" : `Inform ${some(receivers, "client")}`}
        </button>
      </div>
    </form>
  );
}

/** Takes JSON, and says what is wrong with it and where. */
function Editor({ label, data, edit, send, hint }: {
  label: string;
  data: string;
  edit: (data: string) => void;
  send: () => void;
  hint: string;
}): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  return (
    <div class="editor">
      <label class="field">
        {label}
        <textarea
          ref={area}
          name="data"
          class="mono"
          rows={Math.min(14, Math.max(4, data.split("\n").length + 1))}
          spellcheck={false}
          value={data}
          placeholder="{}"
          aria-invalid={mistake !== undefined}
          aria-describedby="mistake"
          onInput={({ currentTarget }) => edit(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) {
              return;
            }
            event.preventDefault();
            send();
          }}
        />
      </label>
      <div class="under" id="mistake" role="status">
        {mistake
          ? (
            <button
              type="button"
              class="link bad"
              onClick={() => {
                area.current?.focus();
                area.current?.setSelectionRange(mistake.at, mistake.at + 1);
              }}
            >
              Line {mistake.line}, column {mistake.column}: {mistake.text}
            </button>
          )
          : hint
          ? <span class="hint warn">{hint}</span>
          : <span class="note">Ctrl+Enter sends it</span>}
        {!mistake && data.trim() !== "" && (
          <button
            type="button"
            class="link"
            onClick={() => edit(layOut(data))}
          >
            Lay out
          </button>
        )}
      </div>
    </div>
  );
}

function Result({ made }: { model: Model; made: Try }): JSX.Element {
  const { answer, error, told, took: time = 0 } = made;
  return (
    <figure
      class={`result ${error === undefined ? "good" : "bad"}`}
      aria-live="polite"
    >
      <figcaption>
        <Icon name={error === undefined ? "done" : "warning"} />
        <strong>
          {error === undefined ? told ?? "Answer" : "It failed"}
        </strong>
        <span class="note">after {took(time)}</span>
        {answer !== undefined && (
          <Copy text={() => answer} label="Copy the answer" />
        )}
      </figcaption>
      {(error ?? answer) !== undefined && (
        <pre tabIndex={0}>{error ?? layOut(answer!)}</pre>
      )}
    </figure>
  );
}

/** The names that can be asked, in the order of the alphabet. */
function namesOf(model: Model): string[] {
  return model.clients
    .filter(({ client }) => client.state === "active")
    .map(({ client }) => client.name!)
    .sort();
}

function useRoutesOf(name: string): readonly RouteReport[] {
  const [routes, setRoutes] = useState<readonly RouteReport[]>([]);
  useEffect(() => {
    let gone = false;
    setRoutes([]);
    if (name === "") return;
    get<RouteReport[]>(`api/routes?name=${encodeURIComponent(name)}`).then(
      (routes) => {
        if (!gone) setRoutes(routes);
      },
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [name]);
  return routes;
}
