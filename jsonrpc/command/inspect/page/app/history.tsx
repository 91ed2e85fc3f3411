// Copyright 2026 the Wirekit authors. MIT license.

/** The calls that were made. */
import type { JSX } from "preact";
import { oneLine } from "../../../../../pages/app/json_text.ts";
import type { CallReport } from "../_report.ts";
import type { Model } from "./model.ts";
import { classOf } from "./outcome.tsx";

/** The longest text of a line, in characters. */
const MAX_TEXT = 300;

/** The calls, the last one first; `looked` is called when one was chosen. */
export function History({ model, looked }: {
  model: Model;
  looked: () => void;
}): JSX.Element {
  const { calls, shown } = model;
  return (
    <section class="history" aria-label="History">
      <h2>
        History <small>{calls.length}</small>
      </h2>
      {calls.length === 0 && <p class="hint">Nothing was called yet.</p>}
      <ol>
        {calls.toReversed().map((call) => (
          <li key={call.number}>
            <button
              type="button"
              class={classOf(call)}
              aria-current={call.number === shown}
              onClick={() => {
                model.look(call);
                looked();
              }}
            >
              <span class="title">
                <small>{call.number}</small> <b>{call.name}</b>{" "}
                <span class="params">
                  {(call.params ?? "").slice(0, MAX_TEXT)}
                </span>
              </span>
              <span class="about">
                <span class="what">{wordsOf(call)}</span>
                {call.took !== undefined && <small>{call.took} ms</small>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function wordsOf(call: CallReport): string {
  const { took, fault, words, result, isNotification } = call;
  if (took === undefined) return "waiting …";
  const text = fault ?? words ?? result;
  if (text === undefined) return isNotification ? "sent" : "no result";
  const line = text === result && text.length < 10 * MAX_TEXT
    ? oneLine(text)
    : text;
  return line.slice(0, MAX_TEXT);
}
