// Copyright 2026 the Wirekit authors. MIT license.

/** What is shown to those who are not let in. */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Drawing, LINES } from "./icon.tsx";
import { messageOf } from "./server.ts";

/** Whether somebody has just signed in. */
let comesIn = false;

/**
 * Returns what the heading of a page has as `ref`: after signing in the
 * keyboard begins there, else it would begin nowhere. It needs `tabIndex={-1}`.
 */
export function useArrival(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (comesIn) heading.current?.focus({ preventScroll: true });
    comesIn = false;
  }, []);
  return heading;
}

/** Asks for the token. */
export function SignIn({ mark, title, note, signIn }: {
  mark: JSX.Element;
  title: string;
  note?: string;
  /** Rejects with what the server says against it. */
  signIn: (token: string) => Promise<void>;
}): JSX.Element {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    comesIn = true;
    try {
      await signIn(token);
    } catch (error) {
      comesIn = false;
      setWrong(messageOf(error));
      setBusy(false);
    }
  }

  return (
    <main class="gate">
      <form class="gate-card" onSubmit={submit}>
        {mark}
        <h1>{title}</h1>
        {note && <p class="note">{note}</p>}
        <label>
          Token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            autofocus
            required
            value={token}
            aria-invalid={wrong !== ""}
            aria-describedby="wrong"
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <p id="wrong" class="wrong" role="alert">
          {wrong && (
            <>
              <Drawing lines={LINES.warning} />
              <span>{wrong}</span>
            </>
          )}
        </p>
        <button type="submit" disabled={busy || token === ""}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}

/** Says why the server lets nobody in from here. */
export function Refusal({ mark, title, reason, again }: {
  mark: JSX.Element;
  title: string;
  reason: string;
  /** Lets one sign in with another token. */
  again?: () => void;
}): JSX.Element {
  return (
    <main class="gate">
      <div class="gate-card">
        {mark}
        <h1>{title}</h1>
        <p class="note">{reason}</p>
        {again && (
          <button type="button" onClick={again}>
            Sign in with another token
          </button>
        )}
      </div>
    </main>
  );
}
