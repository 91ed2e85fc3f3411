// Copyright 2026 the Wirekit authors. MIT license.

/** What came of a call. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CallReport } from "../_report.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** What came of the call that is shown. */
export function Outcome({ model }: { model: Model }): JSX.Element | null {
  const { call } = model;
  if (!call) return null;
  const { number, name, params, took, progress, fault } = call;
  return (
    <section class="card outcome" aria-label={`Call ${number}`}>
      <h2>
        <small>{number}</small> {name}
        <span class={`ended ${classOf(call)}`} role="status">
          {endedOf(call)}
        </span>
      </h2>
      {params && <pre class="given">{params}</pre>}
      {progress.length > 0 && (
        <ul class="progress">
          {progress.map((words, at) => <li key={at}>{words}</li>)}
        </ul>
      )}
      {took === undefined && (
        <button
          type="button"
          class="act"
          title="Escape"
          onClick={() => void model.stop(number)}
        >
          <Icon name="stop" />
          Give up
        </button>
      )}
      {fault !== undefined && <p class="fault">{fault}</p>}
      {call.data !== undefined && <Text text={call.data} what="its details" />}
      {call.words !== undefined && (
        <Text
          text={call.words}
          what="these words"
        />
      )}
      {call.result !== undefined && (
        <details open={call.words === undefined}>
          <summary>The result as it is</summary>
          <Text text={call.result} what="the result" />
        </details>
      )}
    </section>
  );
}

/** How a call stands, as a class. */
export function classOf({ took, fault }: CallReport): string {
  return took === undefined ? "waits" : fault === undefined ? "done" : "failed";
}

function endedOf({ took, fault, isNotification }: CallReport): string {
  if (took === undefined) return "Waiting …";
  if (fault !== undefined) return `Failed after ${took} ms`;
  return isNotification ? "Sent" : `${took} ms`;
}

function Text({ text, what }: { text: string; what: string }): JSX.Element {
  const [copied, setCopied] = useState("");
  return (
    <div class="text">
      <pre>{text}</pre>
      <button
        type="button"
        class="act bare"
        aria-label={copied === text ? "Copied" : `Copy ${what}`}
        title={copied === text ? "Copied" : `Copy ${what}`}
        onClick={() =>
          void navigator.clipboard.writeText(text)
            .then(() => setCopied(text), () => {})}
      >
        <Icon name={copied === text ? "done" : "copy"} />
      </button>
    </div>
  );
}
