// Copyright 2026 the Wirekit authors. MIT license.

/** The door of the page, where the hub asks for a token. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Mark } from "./header.tsx";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { messageOf } from "./session.ts";

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
      <form class="card gate-card" onSubmit={submit}>
        <Mark />
        <h1>Sign in to this hub</h1>
        <p class="note">
          It asks for a token. This page shows what the token's rights allow,
          and forgets it when you sign out.
        </p>
        <label class="field">
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
              <Icon name="warning" />
              {wrong}
            </>
          )}
        </p>
        <button
          type="submit"
          class="button primary"
          disabled={busy || token === ""}
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}

/** Says why the hub lets nobody in from here. */
export function Refusal({ model }: { model: Model }): JSX.Element {
  return (
    <main class="gate">
      <div class="card gate-card">
        <Mark />
        <h1>This hub is closed to you</h1>
        <p class="note">{model.refusal}</p>
        <button
          type="button"
          class="button"
          onClick={() => void model.signOut()}
        >
          Sign in with another token
        </button>
      </div>
    </main>
  );
}
