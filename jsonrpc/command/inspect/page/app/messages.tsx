// Copyright 2026 the Wirekit authors. MIT license.

/** The messages as they pass. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { layOut } from "../../../../../pages/app/json_text.ts";
import type { MessageReport } from "../_report.ts";
import type { Model } from "./model.ts";

/** How many messages are shown at first. */
const FIRST = 200;

const ARROWS = { in: "←", out: "→", none: "·" };
const WORDS = { in: "received", out: "sent", none: "" };

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

/** The messages, the last one at the end. */
export function Messages({ model }: { model: Model }): JSX.Element {
  const [part, find] = useState("");
  const [showsAll, showAll] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  const { messages } = model;
  const found = part === ""
    ? messages
    : messages.filter(({ text, title, words = "" }) =>
      [text, title, words].some((each) => each.includes(part))
    );
  const shown = showsAll ? found : found.slice(-FIRST);
  const last = found.at(-1)?.number;
  useEffect(() => {
    const { current } = list;
    if (current && follows.current) current.scrollTop = current.scrollHeight;
  }, [last, part]);
  return (
    <section class="messages" aria-label="Messages">
      <h2>
        Messages <small>{messages.length}</small>
        <input
          type="search"
          placeholder="Find a text"
          aria-label="Find a text in the messages"
          value={part}
          onInput={({ currentTarget }) => find(currentTarget.value)}
        />
        <button type="button" class="act bare" onClick={() => model.clear()}>
          Clear
        </button>
      </h2>
      {messages.length === 0 && <p class="hint">Nothing has passed yet.</p>}
      {messages.length > 0 && found.length === 0 && (
        <p class="hint">No message has “{part}” in it.</p>
      )}
      {shown.length < found.length && (
        <button
          type="button"
          class="act"
          onClick={() => showAll(true)}
        >
          {found.length - shown.length} earlier ones
        </button>
      )}
      <ol
        ref={list}
        onScroll={(
          { currentTarget: { scrollTop, scrollHeight, clientHeight } },
        ) => follows.current = scrollHeight - scrollTop - clientHeight < 40}
      >
        {shown.map((message) => (
          <Message key={message.number} message={message} />
        ))}
      </ol>
    </section>
  );
}

function Message({ message }: { message: MessageReport }): JSX.Element {
  const [isOpen, open] = useState(false);
  const { direction, at, title, words, text, size } = message;
  const head = (
    <>
      <span class="arrow" aria-hidden="true">{ARROWS[direction]}</span>
      <span class="sr">{WORDS[direction]}</span>
      <time>{TIME.format(at)}</time>
      <b>{title}</b>
      {text !== "" && <small>{size.toLocaleString("en")}</small>}
      {words !== undefined && <span class="words">{words}</span>}
      {text !== "" && !isOpen && <code>{text.slice(0, 400)}</code>}
    </>
  );
  if (text === "") return <li class={direction}>{head}</li>;
  return (
    <li class={direction}>
      <details onToggle={({ currentTarget }) => open(currentTarget.open)}>
        <summary>{head}</summary>
        {isOpen && <pre>{layOut(text)}</pre>}
      </details>
    </li>
  );
}
