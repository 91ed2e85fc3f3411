// Copyright 2026 the Wirekit authors. MIT license.

/** What an operator may do to a client or to the hub, behind a typed name. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { Dialog } from "./parts.tsx";

/** How long a name is blocked, in milliseconds. */
const BLOCKED = 10 * 60_000;

/** Something that cannot be undone. */
export type Act = "disconnect" | "free" | "block" | "drain";

interface Words {
  readonly title: (name: string) => string;
  readonly what: string;
  readonly button: string;
}

const ACTS: Record<Act, Words> = {
  disconnect: {
    title: (name) => `Disconnect ${name}?`,
    what:
      "Its open requests fail now. Most clients come back by themselves within a minute.",
    button: "Disconnect",
  },
  free: {
    title: (name) => `Free the name ${name}?`,
    what:
      "The client that has the name is disconnected, and the first one that waits for it gets it.",
    button: "Free the name",
  },
  block: {
    title: (name) => `Block ${name} for ten minutes?`,
    what:
      "The client that has the name is disconnected, and nobody can take it for ten minutes.",
    button: "Block",
  },
  drain: {
    title: () => "Drain this hub?",
    what:
      "No new client is let in from now on, so that clients go elsewhere when they reconnect; those that are here stay. You can undo this.",
    button: "Drain",
  },
};

/** Asks for the name, and does it. */
export function Confirm({ model, act, name, close }: {
  model: Model;
  act: Act;
  name: string;
  close: () => void;
}): JSX.Element {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const { title, what, button } = ACTS[act];
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await model.act(`api/${act}`, {
        ...(act === "drain" ? { on: true } : { name }),
        ...(act === "block" && { ms: BLOCKED }),
      });
      close();
    } catch (error) {
      setWrong((error as Error).message);
      setBusy(false);
    }
  }
  return (
    <Dialog title={title(name)} close={close}>
      <form onSubmit={submit}>
        <p>{what} The log will say that you did it.</p>
        <label class="field">
          <span>
            Type <code>{name}</code> to confirm
          </span>
          <input
            type="text"
            name="confirm"
            autocomplete="off"
            spellcheck={false}
            autofocus
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <p class="wrong" role="alert">
          {wrong && (
            <>
              <Icon name="warning" />
              {wrong}
            </>
          )}
        </p>
        <div class="dialog-acts">
          <button type="button" class="button" onClick={close}>Cancel</button>
          <button
            type="submit"
            class="button dangerous"
            disabled={busy || typed !== name}
          >
            {button}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
