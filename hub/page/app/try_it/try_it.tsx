// Copyright 2026 the Wirekit authors. MIT license.

/** Requests and information by hand, and what came of them. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { layOut } from "../../../../pages/app/json_text.ts";
import { clock, some, took } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Model } from "../model.ts";
import { Choice, Copy, Section } from "../parts.tsx";
import type { Draft } from "./draft.ts";
import { Inform } from "./inform.tsx";
import { Request } from "./request.tsx";

/** How many tries are kept, for as long as the page is open. */
const MEMORY = 20;

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
          <p class="hint">Your token lets you look, but not send.</p>
        )}
        {mode === "request"
          ? (
            <Request
              model={model}
              draft={draft}
              edit={edit}
              busy={busy}
              send={() => run(() => request(model, draft))}
            />
          )
          : (
            <Inform
              model={model}
              draft={draft}
              edit={edit}
              busy={busy}
              send={(to) => run(() => inform(model, draft.data, to))}
            />
          )}
        {result && <Result made={result} />}
        {tries.length > 1 && (
          <Tries
            tries={tries}
            shown={shown}
            show={({ id, draft }) => {
              setShown(id);
              edit(draft);
            }}
          />
        )}
      </div>
    </Section>
  );
}

async function request(model: Model, draft: Draft): Promise<Partial<Try>> {
  const { answer, took, error } = await model.act<{
    answer?: string;
    took?: number;
    error?: { message: string };
  }>("api/request", { ...draft, data: draft.data.trim() || "{}" });
  return {
    ...(answer !== undefined && { answer }),
    ...(took !== undefined && { took }),
    ...(error && { error: error.message }),
  };
}

async function inform(
  model: Model,
  data: string,
  to: readonly string[] | undefined,
): Promise<Partial<Try>> {
  const { receivers } = await model.act<{ receivers: number }>(
    "api/inform",
    { data: data.trim(), ...(to && { to }) },
  );
  return { told: some(receivers, "client was told", "clients were told") };
}

/** The last tries, each of which can be shown again. */
function Tries({ tries, shown, show }: {
  tries: readonly Try[];
  shown: number | undefined;
  show: (made: Try) => void;
}): JSX.Element {
  return (
    <ol class="tries" aria-label="Earlier tries" reversed>
      {tries.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            class="try-row"
            aria-pressed={each.id === shown}
            onClick={() => show(each)}
          >
            <span class="mono quiet">{clock(each.at)}</span>
            <span class="mono cut">
              {each.told ? "inform" : `${each.draft.to} ${each.draft.route}`}
            </span>
            <span class={each.error ? "bad" : "quiet"}>
              {each.error ? "failed" : took(each.took ?? 0)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Result({ made }: { made: Try }): JSX.Element {
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
