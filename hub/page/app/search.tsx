// Copyright 2026 the Wirekit authors. MIT license.

/** What filters all that the page shows. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** The line to type into, and what was chosen elsewhere. */
export function Search({ model }: { model: Model }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const find = (event: KeyboardEvent) => {
      const { target, key, ctrlKey, metaKey, altKey } = event;
      if (key !== "/" || ctrlKey || metaKey || altKey) return;
      const typing = target instanceof HTMLElement &&
        target.matches("input, textarea, select");
      if (typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    addEventListener("keydown", find);
    return () => removeEventListener("keydown", find);
  }, []);
  const { names, label, text } = model.filter;
  return (
    <div class="search" role="search">
      <Icon name="search" />
      {names && (
        <button
          type="button"
          class="chip"
          title="Show all again"
          onClick={() => model.only(undefined)}
        >
          <span class="chip-text">{label}</span>
          <Icon name="close" />
          <span class="sr">: show all again</span>
        </button>
      )}
      <input
        ref={input}
        type="search"
        placeholder="Filter names and routes"
        aria-label="Filter names and routes"
        aria-keyshortcuts="/"
        value={text}
        onInput={({ currentTarget }) => model.search(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          model.search("");
          if (text === "") event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
