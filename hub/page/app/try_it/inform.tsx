// Copyright 2026 the Wirekit authors. MIT license.

/** Information by hand. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { mistakeIn } from "../../../../pages/app/json_text.ts";
import { some } from "../format.ts";
import { Icon } from "../icons.tsx";
import { type FormProps, namesOf } from "./draft.ts";
import { Editor } from "./editor.tsx";

export function Inform(
  { model, draft, edit, busy, send }: FormProps & {
    readonly send: (to: string[] | undefined) => Promise<void>;
  },
): JSX.Element {
  const [whom, setWhom] = useState("");
  const names = namesOf(model);
  const wanted = [...new Set(whom.split(/[,\n]/).map((name) => name.trim()))]
    .filter((name) => name !== "");
  const known = wanted.filter((name) => names.includes(name));
  const missing = wanted.filter((name) => !names.includes(name));
  const receivers = wanted.length === 0 ? names.length : known.length;
  const { data } = draft;
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  const isEmpty = /^(?:|""|0|0\.0|null|false|\[\]|\{\})$/.test(data.trim());
  return (
    <form
      class="try-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!mistake && !isEmpty) {
          void send(wanted.length > 0 ? wanted : undefined);
        }
      }}
    >
      <label class="field">
        To
        <input
          type="text"
          name="whom"
          list="names-to-inform"
          autocomplete="off"
          spellcheck={false}
          placeholder="everybody, or names separated by commas"
          value={whom}
          onInput={({ currentTarget }) => setWhom(currentTarget.value)}
        />
      </label>
      <datalist id="names-to-inform">
        {names.slice(0, 500).map((name) => <option key={name} value={name} />)}
      </datalist>
      <p class={`hint${receivers === 0 ? " warn" : ""}`}>
        {wanted.length === 0
          ? `All ${some(receivers, "client")} will receive it.`
          : `${some(receivers, "client")} will receive it.`}
        {missing.length > 0 && ` Not here: ${missing.join(", ")}.`}
      </p>
      <Editor
        label="Information, as JSON"
        data={data}
        edit={(data) => edit({ data })}
        send={() => {
          if (!mistake && !isEmpty) {
            void send(wanted.length > 0 ? wanted : undefined);
          }
        }}
        hint={isEmpty && data.trim() !== ""
          ? "Clients in Python drop what is empty, 0, false or null."
          : ""}
      />
      <div class="send">
        <button
          type="submit"
          class="button primary"
          disabled={busy || mistake !== undefined || isEmpty ||
            receivers === 0 || !model.mayOperate}
        >
          <Icon name="send" />
          {busy ? "Waiting…" : `Inform ${some(receivers, "client")}`}
        </button>
      </div>
    </form>
  );
}
