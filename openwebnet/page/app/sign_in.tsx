// Copyright 2026 the Wirekit authors. MIT license.

/** What is shown to those who are not let in. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { messageOf } from "../../../pages/app/server.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** Asks for the token. */
export function SignIn({ model }: { model: Model }): JSX.Element {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await model.signIn(token);
    } catch (error) {
      setWrong(messageOf(error));
      setBusy(false);
    }
  }

  return (
    <main class="gate">
      <form onSubmit={submit}>
        <span class="mark">
          <Icon name="home" />
        </span>
        <h1>Sign in</h1>
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
        <p id="wrong" class="fault" role="alert">
          {wrong && (
            <>
              <Icon name="warning" />
              <span>{wrong}</span>
            </>
          )}
        </p>
        <button type="submit" class="act first" disabled={busy || !token}>
          {busy ? "Signing in …" : "Sign in"}
        </button>
      </form>
    </main>
  );
}

/** Says why nobody is let in from here. */
export function Refusal({ model }: { model: Model }): JSX.Element {
  return (
    <main class="gate">
      <div>
        <span class="mark">
          <Icon name="home" />
        </span>
        <h1>This page is closed to you</h1>
        <p>{model.refusal}</p>
      </div>
    </main>
  );
}
