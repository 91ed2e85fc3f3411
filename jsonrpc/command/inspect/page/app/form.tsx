// Copyright 2026 the Wirekit authors. MIT license.

/** The form of a method. */
import type { JSX } from "preact";
import { mistakeIn } from "../../../../../pages/app/json_text.ts";
import type { FieldReport } from "../_report.ts";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

/** The form of the method that is chosen. */
export function Form({ model }: { model: Model }): JSX.Element {
  const { method, draft, fault, end, connection, other } = model;
  const isThere = end?.state === "open" && connection === "live";
  const isJson = !method || draft.json !== undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    void model.submit();
  };
  const act = !method && other.isNotification ? "Send" : "Call";
  return (
    <form
      class="card"
      onSubmit={submit}
      onKeyDown={(event) => {
        const { key, ctrlKey, metaKey } = event;
        if (key === "Enter" && (ctrlKey || metaKey)) submit(event);
      }}
    >
      <h2>{method?.name ?? "Another method"}</h2>
      {method?.about && <p class="about">{method.about}</p>}
      {!method && <Other model={model} />}
      {isJson
        ? <Json model={model} />
        : method.fields.map((field) => (
          <Field key={field.name} field={field} model={model} />
        ))}
      {method && !isJson && method.fields.length === 0 && (
        <p class="hint">It takes no params.</p>
      )}
      <p class="fault" role="alert">
        {fault && (
          <>
            <Icon name="warning" />
            <span>{fault}</span>
          </>
        )}
      </p>
      <div class="acts">
        <button
          type="submit"
          class="act first"
          disabled={!isThere}
          title="Ctrl+Enter"
        >
          {act}
        </button>
        {method && (
          <button
            type="button"
            class="act"
            aria-pressed={isJson}
            onClick={() => model.turnJson()}
          >
            As JSON
          </button>
        )}
      </div>
    </form>
  );
}

/** The name of a method that is not in the list. */
function Other({ model }: { model: Model }): JSX.Element {
  const { name, isNotification } = model.other;
  return (
    <>
      <label class="field">
        <span>
          <b>Method</b>
        </span>
        <input
          name="method"
          required
          autocomplete="off"
          spellcheck={false}
          value={name}
          onInput={({ currentTarget }) =>
            model.typeOther({ name: currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={isNotification}
          onChange={({ currentTarget }) =>
            model.typeOther({ isNotification: currentTarget.checked })}
        />
        A notification, which gets no answer
      </label>
    </>
  );
}

/** All params as one text. */
function Json({ model }: { model: Model }): JSX.Element {
  const text = model.draft.json ?? "";
  const mistake = text.trim() === "" ? undefined : mistakeIn(text);
  return (
    <label class="field">
      <span>
        <b>Params</b> a JSON array or object; empty for none
      </span>
      <textarea
        name="params"
        rows={6}
        spellcheck={false}
        value={text}
        aria-invalid={mistake !== undefined}
        onInput={({ currentTarget }) =>
          model.type({ ...model.draft, json: currentTarget.value })}
      />
      {mistake && (
        <span class="mistake">
          Line {mistake.line}, column {mistake.column}: {mistake.text}
        </span>
      )}
    </label>
  );
}

/** A field for a param. */
function Field({ field, model }: { field: FieldReport; model: Model }) {
  const { name, type, required, about, choices, kind } = field;
  const { draft } = model;
  const text = draft.fields[name] ?? "";
  const put = (value: string) =>
    model.type({
      ...model.draft,
      fields: { ...model.draft.fields, [name]: value },
    });
  const shared = { name, value: text, required };
  return (
    <label class="field">
      <span>
        <b>{name}</b> {type}
        {!required && <i>may be left out</i>}
        {about && <em>{about}</em>}
      </span>
      {choices
        ? (
          <select
            {...shared}
            onChange={({ currentTarget }) => put(currentTarget.value)}
          >
            <option value="" />
            {choices.map((each) => <option key={each}>{each}</option>)}
          </select>
        )
        : kind === "number"
        ? (
          <input
            {...shared}
            inputMode="decimal"
            autocomplete="off"
            onInput={({ currentTarget }) => put(currentTarget.value)}
          />
        )
        : (
          <textarea
            {...shared}
            // An empty text is a text too.
            required={required && kind === "json"}
            rows={1}
            spellcheck={false}
            placeholder={kind === "json" ? "JSON" : ""}
            onInput={({ currentTarget }) => put(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey) return;
              event.preventDefault();
              if (!event.ctrlKey && !event.metaKey) {
                event.currentTarget.form?.requestSubmit();
              }
            }}
          />
        )}
    </label>
  );
}
