// Copyright 2026 the Wirekit authors. MIT license.

/** What an operator should do, and what one has done. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { messageOf } from "../../../pages/app/server.ts";
import { age, clock, count } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** The problems, worst first, and the names that are blocked. */
export function Problems({ model }: { model: Model }): JSX.Element | null {
  const { problems = [], blocked = [] } = model.report ?? {};
  if (problems.length + blocked.length === 0) return null;
  return (
    <section class="problems" aria-label="Problems">
      <ul>
        {problems.map(({ id, severity, since, count: times, text, cure }) => (
          <li key={id} class={severity === "error" ? "bad" : "warn"}>
            <Icon name="warning" />
            <div>
              <p class="problem">
                <span class="sr">{severity}:</span>
                {unbroken(text)}
              </p>
              <p class="cure">{unbroken(cure)}</p>
            </div>
            <span class="when">
              {`since ${clock(since)}`}
              {times > 1 && ` · ${count(times)} times`}
            </span>
          </li>
        ))}
        {blocked.map(({ name, until }) => (
          <Blocked key={name} model={model} name={name} until={until} />
        ))}
      </ul>
    </section>
  );
}

/** Keeps a flag such as `--max-message` in one line. */
function unbroken(text: string): (string | JSX.Element)[] {
  return text.split(/(--[a-z-]+)/).map((part, index) =>
    index % 2 === 0 ? part : <span class="flag">{part}</span>
  );
}

function Blocked({ model, name, until }: {
  model: Model;
  name: string;
  until: number;
}): JSX.Element {
  const [wrong, setWrong] = useState("");
  return (
    <li class="blocked">
      <Icon name="lock" />
      <div>
        <p>
          Nobody can take the name <strong>{name}</strong>
          {` for ${age(until - model.now())} more.`}
        </p>
        {wrong && <p class="bad" role="alert">{wrong}</p>}
      </div>
      {model.mayOperate && (
        <button
          type="button"
          class="button small"
          onClick={() =>
            model.act("api/block", { name, ms: 0 }).catch((error) =>
              setWrong(messageOf(error))
            )}
        >
          Unblock
        </button>
      )}
    </li>
  );
}
