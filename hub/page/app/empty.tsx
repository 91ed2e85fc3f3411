// Copyright 2026 the Wirekit authors. MIT license.

/** What a person sees before the first client has come: how one joins. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";
import { Copy } from "./parts.tsx";
import { placeOf, waysToCall, waysToJoin } from "./snippets.ts";

/** The first request of a new hub. */
const FIRST = { to: "bot", route: "greet", data: '{"name":"you"}' };

/** The lines to paste, in four languages. */
export function Empty({ model, joined, close }: {
  model: Model;
  /** The first client, once it has come. */
  joined: string | undefined;
  close: () => void;
}): JSX.Element {
  const place = placeOf(location, model.report);
  const ways = waysToJoin(place);
  const [tab, setTab] = useState(0);
  const { title, text } = ways[tab]!;
  return (
    <section
      class={`card empty${joined === undefined ? "" : " joined"}`}
      aria-labelledby="title-empty"
    >
      <div class="empty-words">
        <h2 id="title-empty">
          {joined === undefined ? "Nobody is here yet" : (
            <>
              <Icon name="done" />
              {joined} has joined
            </>
          )}
        </h2>
        <p role="status">
          {joined === undefined
            ? "Run one of these. As soon as a program joins, this page shows it: who calls whom, how fast, and what goes wrong."
            : "It works. From now on this page shows everything that it does."}
        </p>
        {joined === undefined && (
          <dl class="details">
            <div>
              <dt>This hub</dt>
              <dd class="mono">{place.url}</dd>
            </div>
            <div>
              <dt>It lets in</dt>
              <dd>
                {place.locked
                  ? "programs that send the token"
                  : "every program on this machine"}
              </dd>
            </div>
            <div>
              <dt>Then ask it</dt>
              <dd class="mono">{waysToCall(FIRST, place)[0]!.text}</dd>
            </div>
          </dl>
        )}
        {joined !== undefined && (
          <button type="button" class="button primary" onClick={close}>
            Show me
          </button>
        )}
      </div>
      <div class="tabs">
        <div class="tab-line">
          <div class="tab-list" role="tablist" aria-label="Languages">
            {ways.map(({ title }, index) => (
              <button
                key={title}
                type="button"
                role="tab"
                id={`tab-${index}`}
                aria-controls="tab-panel"
                aria-selected={index === tab}
                tabIndex={index === tab ? 0 : -1}
                onClick={() => setTab(index)}
                onKeyDown={({ key, currentTarget }) => {
                  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
                  if (!step) return;
                  const next = (tab + step + ways.length) % ways.length;
                  setTab(next);
                  const list = currentTarget.parentElement!;
                  (list.children[next] as HTMLElement).focus();
                }}
              >
                {title}
              </button>
            ))}
          </div>
          <Copy text={() => text} label={`Copy the lines for ${title}`}>
            Copy
          </Copy>
        </div>
        <pre
          id="tab-panel"
          role="tabpanel"
          aria-labelledby={`tab-${tab}`}
          tabIndex={0}
        >{text}</pre>
      </div>
    </section>
  );
}
