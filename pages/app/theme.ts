// Copyright 2026 the Wirekit authors. MIT license.

/** Light and dark: as the system has it, or as the person wants it. */

/** What a person may want. */
export type Theme = "auto" | "light" | "dark";

/** All of it, in words. */
export const THEMES = [
  ["auto", "As the system has it"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const satisfies readonly (readonly [Theme, string])[];

const KEY = "wirekit-theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

let chosen: Theme = read();

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "auto";
  } catch {
    return "auto"; // A browser may keep nothing.
  }
}

function apply(): void {
  const dark = chosen === "dark" || chosen === "auto" && DARK.matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  for (const each of listeners) each();
}

/** What is wanted. */
export function theme(): Theme {
  return chosen;
}

/** Changes what is wanted. */
export function setTheme(wanted: Theme): void {
  chosen = wanted;
  try {
    if (wanted === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    // It is kept until the page is closed.
  }
  apply();
}

/** Calls back whenever the colours change, until the result is called. */
export function onTheme(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/** A colour of the page, by the name of its variable. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
    .trim();
}

DARK.addEventListener("change", apply);
apply();
