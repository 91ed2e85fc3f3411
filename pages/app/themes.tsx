// Copyright 2026 the Wirekit authors. MIT license.

/** What chooses between light and dark. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Drawing, LINES } from "./icon.tsx";
import { setTheme, theme, THEMES } from "./theme.ts";

/** A button that goes from one to the next. */
export function Themes(): JSX.Element {
  const [chosen, setChosen] = useState(theme());
  const at = THEMES.findIndex(([name]) => name === chosen);
  const [next] = THEMES[(at + 1) % THEMES.length]!;
  const words = `Colours: ${THEMES[at]![1].toLowerCase()}`;
  return (
    <button
      type="button"
      class="act bare"
      aria-label={words}
      title={words}
      onClick={() => {
        setTheme(next);
        setChosen(next);
      }}
    >
      <Drawing lines={LINES[chosen]} />
    </button>
  );
}
