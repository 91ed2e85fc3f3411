// Copyright 2026 the Wirekit authors. MIT license.

/** The list of what can be called. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { MethodReport } from "../_report.ts";
import { type Model, OTHER } from "./model.ts";

/** The list of methods; `chose` is called when one of them was chosen. */
export function Methods({ model, chose }: {
  model: Model;
  chose: () => void;
}): JSX.Element {
  const [part, find] = useState("");
  const all = model.end?.methods ?? [];
  const wanted = part.toLowerCase();
  const found = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  const choose = (name: string) => {
    model.choose(name);
    chose();
  };
  return (
    <nav class="methods" aria-label="Methods" onKeyDown={moved}>
      <h2>
        Methods <small>{all.length}</small>
      </h2>
      <input
        id="find"
        type="search"
        placeholder="Find a method  /"
        aria-label="Find a method"
        value={part}
        onInput={({ currentTarget }) => find(currentTarget.value)}
        onKeyDown={({ key }) => {
          const [first] = found;
          if (key === "Enter" && first) choose(first.name);
        }}
      />
      <ul>
        {found.map((method) => (
          <li key={method.name}>
            <button
              type="button"
              aria-current={method.name === model.chosen}
              onClick={() => choose(method.name)}
            >
              <Title method={method} />
              {method.about && (
                <span class="about">{method.about.split("\n")[0]}</span>
              )}
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            class="other"
            aria-current={model.chosen === OTHER}
            onClick={() => choose(OTHER)}
          >
            Another method …
          </button>
        </li>
      </ul>
      {all.length === 0 && model.end?.state === "open" && (
        <p class="hint">It does not say what can be called.</p>
      )}
      {part !== "" && found.length === 0 && all.length > 0 && (
        <p class="hint">No method has “{part}” in its name.</p>
      )}
    </nav>
  );
}

/** The name of a method, and of its params. */
function Title({ method }: { method: MethodReport }): JSX.Element {
  const { name, fields } = method;
  const at = name.lastIndexOf("/") + 1;
  const params = fields.map(({ name, required }) =>
    required ? name : `${name}?`
  );
  return (
    <span class="title">
      <span class="path">{name.slice(0, at)}</span>
      <b>{name.slice(at)}</b>
      {params.length > 0 && <span class="params">{params.join(", ")}</span>}
    </span>
  );
}

/** The arrows go from one method to the next. */
function moved(event: KeyboardEvent): void {
  const { key, currentTarget, target } = event;
  if (key !== "ArrowDown" && key !== "ArrowUp") return;
  const list = currentTarget as HTMLElement;
  const all = [...list.querySelectorAll<HTMLElement>("#find, li button")];
  const at = all.indexOf(target as HTMLElement);
  const next = all[at + (key === "ArrowDown" ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
