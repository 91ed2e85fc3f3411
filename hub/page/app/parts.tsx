// Copyright 2026 the Wirekit authors. MIT license.

/** Small parts that many others are made of. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { later } from "../../../internal/clock.ts";
import { Icon } from "./icons.tsx";

/** A part of the page with its title, what it shows, and what can be done. */
export function Section({ name, title, note, actions, children }: {
  name: string;
  title: string;
  note?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const id = `title-${name}`;
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** A few ways to look at something, one of them chosen. */
export function Choice<T extends string>({ label, value, of, choose }: {
  label: string;
  value: T;
  of: readonly (readonly [T, ComponentChildren])[];
  choose: (value: T) => void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {of.map(([each, name]) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => choose(each)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** Copies a text, and says so for a moment. */
export function Copy({ text, label, children }: {
  text: () => string;
  label: string;
  children?: ComponentChildren;
}): JSX.Element {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = later(1600, () => setDone(false));
    return () => timer.stop();
  }, [done]);
  return (
    <button
      type="button"
      class={children ? "button small" : "button bare"}
      aria-label={children ? undefined : label}
      title={label}
      onClick={() => void copy(text()).then(() => setDone(true))}
    >
      <Icon name={done ? "done" : "copy"} />
      {children}
      <span class="sr" role="status">{done ? "Copied" : ""}</span>
    </button>
  );
}

/** The clipboard is there on secure pages only, so not at every address. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return await navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A bar that is full at 1. */
export function Bar({ value, label, level = "" }: {
  value: number;
  label: string;
  level?: "" | "warn" | "bad";
}): JSX.Element {
  const part = Math.min(1, Math.max(0, value));
  return (
    <span class={`meter ${level}`} title={label}>
      <span style={{ width: `${(part * 100).toFixed(1)}%` }} />
    </span>
  );
}

/** Nothing to show, and why. */
export function Nothing({ children }: {
  children: ComponentChildren;
}): JSX.Element {
  return <p class="nothing">{children}</p>;
}

/** A window before all others. Esc and a click beside it close it. */
export function Dialog({ title, close, children }: {
  title: string;
  close: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="dialog-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div class="dialog-inside">
        <h2 id="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** Gives a text to the person as a file. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  later(10_000, () => URL.revokeObjectURL(url));
}
