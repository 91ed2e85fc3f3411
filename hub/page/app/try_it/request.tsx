// Copyright 2026 the Wirekit authors. MIT license.

/** A request by hand. */
import type { JSX } from "preact";
import { isObject, mistakeIn } from "../../../../pages/app/json_text.ts";
import { Copy } from "../parts.tsx";
import { Icon } from "../icons.tsx";
import { routesOf, useRows } from "../rows.ts";
import { placeOf, waysToCall } from "../snippets.ts";
import { type FormProps, namesOf } from "./draft.ts";
import { Editor } from "./editor.tsx";

export function Request(
  { model, draft, edit, busy, send }: FormProps & {
    readonly send: () => Promise<void>;
  },
): JSX.Element {
  const { to, route, data } = draft;
  const names = namesOf(model);
  const known = names.includes(to) ? to : "";
  const routes = useRows(async () => known ? await routesOf(known) : [], known);
  const mistake = data.trim() === "" ? undefined : mistakeIn(data);
  const unknown = to !== "" && names.length > 0 && !names.includes(to);
  const place = placeOf(location, model.report);
  return (
    <form
      class="try-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!mistake) void send();
      }}
    >
      <div class="fields">
        <label class="field">
          Name
          <input
            type="text"
            name="to"
            list="names"
            required
            autocomplete="off"
            spellcheck={false}
            value={to}
            onInput={({ currentTarget }) => edit({ to: currentTarget.value })}
          />
        </label>
        <label class="field">
          Route
          <input
            type="text"
            name="route"
            list="routes"
            required
            autocomplete="off"
            spellcheck={false}
            value={route}
            onInput={({ currentTarget }) =>
              edit({ route: currentTarget.value })}
          />
        </label>
      </div>
      <datalist id="names">
        {names.slice(0, 500).map((name) => <option key={name} value={name} />)}
      </datalist>
      <datalist id="routes">
        {routes.map(({ route }) => <option key={route} value={route} />)}
      </datalist>
      {unknown && <p class="hint warn">Nobody has the name “{to}” just now.</p>}
      <Editor
        label="Data, as JSON"
        data={data}
        edit={(data) => edit({ data })}
        send={() => {
          if (!mistake && to && route) void send();
        }}
        hint={data.trim() !== "" && !isObject(data)
          ? "Clients in Python take an object: its keys are the arguments of the route."
          : ""}
      />
      <div class="send">
        <button
          type="submit"
          class="button primary"
          disabled={busy || mistake !== undefined || !model.mayOperate}
        >
          <Icon name="send" />
          {busy ? "Waiting…" : "Send the request"}
        </button>
        {to && route && !mistake && (
          <span class="copies">
            <span class="note">or copy as</span>
            {waysToCall({ to, route, data: data || "{}" }, place).map((
              { title, text },
            ) => (
              <Copy key={title} text={() => text} label={`Copy as ${title}`}>
                {title}
              </Copy>
            ))}
          </span>
        )}
      </div>
    </form>
  );
}
