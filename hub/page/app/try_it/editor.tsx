// Copyright 2026 the Wirekit authors. MIT license.

/** A field for JSON. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { layOut, mistakeIn } from "../../../../pages/app/json_text.ts";

/** Takes JSON, and says what is wrong with it and where. */
export function Editor({ label, data, edit, send, hint }: {
  label: string;
  data: string;
  edit: (data: string) => void;
  send: () => void;
  hint: string;
}): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  return (
    <div class="editor">
      <label class="field">
        {label}
        <textarea
          ref={area}
          name="data"
          class="mono"
          rows={Math.min(14, Math.max(4, data.split("\n").length + 1))}
          spellcheck={false}
          value={data}
          placeholder="{}"
          aria-invalid={mistake !== undefined}
          aria-describedby="mistake"
          onInput={({ currentTarget }) => edit(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) {
              return;
            }
            event.preventDefault();
            send();
          }}
        />
      </label>
      <div class="under" id="mistake" role="status">
        {mistake
          ? (
            <button
              type="button"
              class="link bad"
              onClick={() => {
                area.current?.focus();
                area.current?.setSelectionRange(mistake.at, mistake.at + 1);
              }}
            >
              Line {mistake.line}, column {mistake.column}: {mistake.text}
            </button>
          )
          : hint
          ? <span class="hint warn">{hint}</span>
          : <span class="note">Ctrl+Enter sends it</span>}
        {!mistake && data.trim() !== "" && (
          <button
            type="button"
            class="link"
            onClick={() => edit(layOut(data))}
          >
            Format
          </button>
        )}
      </div>
    </div>
  );
}
