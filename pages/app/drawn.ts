// Copyright 2026 the Wirekit authors. MIT license.

/** How what a page knows gets onto the screen. */
import { useRef, useState } from "preact/hooks";

/**
 * Makes what a page knows, once, and draws the page anew whenever that calls
 * `changed`: once a frame at most, and a hidden page once somebody looks.
 */
export function useDrawn<M>(make: (changed: () => void) => M): M {
  const [, draw] = useState(0);
  const made = useRef<{ model: M }>(undefined);
  if (!made.current) {
    let waits = false;
    const model = make(() => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        draw((times) => times + 1);
      });
    });
    made.current = { model };
  }
  return made.current.model;
}
