// Copyright 2026 the Wirekit authors. MIT license.

/** The page as a whole. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useDrawn } from "../../../pages/app/drawn.ts";
import { type Act, Confirm } from "./acts.tsx";
import { ClientPanel } from "./clients/panel.tsx";
import { Clients } from "./clients/clients.tsx";
import { Comings } from "./comings.tsx";
import { Empty } from "./empty.tsx";
import { Hubs } from "./hubs.tsx";
import { Header } from "./header.tsx";
import { Limits } from "./limits.tsx";
import { Model } from "./model.ts";
import { Open } from "./open.tsx";
import { Picture } from "./picture/picture.tsx";
import { Problems } from "./problems.tsx";
import { Refusal, SignIn } from "./sign_in.tsx";
import { Tail } from "./tail.tsx";
import { Tiles } from "./tiles.tsx";
import type { Draft } from "./try_it/draft.ts";
import { TryIt } from "./try_it/try_it.tsx";

/** The page. */
export function Page(): JSX.Element {
  const model = useDrawn((changed) => new Model(changed));
  useEffect(() => {
    void model.start();
  }, []);
  const name = new URL(model.report?.urls[0] ?? location.href).host;
  useEffect(() => {
    const bad = model.connection === "lost" || model.report?.health === "bad";
    document.title = `${bad ? "⚠ " : ""}hub · ${name}`;
  }, [model.connection, model.report?.health, name]);
  if (model.connection === "locked") return <SignIn model={model} />;
  if (model.connection === "refused") return <Refusal model={model} />;
  return <Operator model={model} />;
}

function Operator({ model }: { model: Model }): JSX.Element {
  const [draft, setDraft] = useState<Draft>({
    to: "",
    route: "",
    data: "{}",
  });
  const [act, setAct] = useState<{ act: Act; name: string }>();
  const { chosen } = model;
  const lesson = useLesson(model);
  useEscape(model);

  /** Keeps all changes of one frame, in which the draft is drawn once. */
  function edit(change: Partial<Draft>): void {
    setDraft((draft) => ({ ...draft, ...change }));
  }

  function ask(to: string, route: string): void {
    edit({ to, route });
    model.choose(undefined);
    document.querySelector(".card.try")?.scrollIntoView({ block: "center" });
    document.querySelector<HTMLElement>('.card.try [name="data"]')?.focus({
      preventScroll: true,
    });
  }

  return (
    <div class={`app${model.connection === "lost" ? " stale" : ""}`}>
      <Header
        model={model}
        drain={() => setAct({ act: "drain", name: "drain" })}
      />
      <main>
        <Problems model={model} />
        <Tiles model={model} />
        {lesson && (
          <Empty model={model} joined={lesson.joined} close={lesson.close} />
        )}
        {!lesson && model.report && (
          <div class="cards">
            <Hubs model={model} />
            <Picture model={model} />
            <Clients model={model} />
            <Tail model={model} />
            <div class="beside">
              <Open model={model} />
              <Comings model={model} />
            </div>
            <TryIt model={model} draft={draft} edit={edit} />
            <Limits model={model} />
          </div>
        )}
      </main>
      <Foot />
      {chosen !== undefined && (
        <ClientPanel
          key={chosen}
          model={model}
          name={chosen}
          ask={ask}
          act={(act) => setAct({ act, name: chosen })}
        />
      )}
      {act && (
        <Confirm
          model={model}
          act={act.act}
          name={act.name}
          close={() => setAct(undefined)}
        />
      )}
    </div>
  );
}

/** Teaches how to begin at an empty hub, until the first client is seen. */
function useLesson(
  model: Model,
): { joined: string | undefined; close: () => void } | undefined {
  const [taught, setTaught] = useState(false);
  const wasEmpty = useRef(false);
  const { report, clients } = model;
  const first = clients.find(({ client }) => client.name !== undefined)
    ?.client.name;
  const empty = report !== undefined && first === undefined &&
    report.clients.active + report.clients.held === 0;
  if (empty) wasEmpty.current = true;
  const teaches = empty || wasEmpty.current && !taught && first !== undefined;
  if (!empty && taught) wasEmpty.current = false;
  if (!teaches) return undefined;
  return { joined: empty ? undefined : first, close: () => setTaught(true) };
}

/** Esc closes the panel, or shows all again. */
function useEscape(model: Model): void {
  useEffect(() => {
    const away = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      if (document.querySelector("dialog[open]")) return;
      if (model.chosen !== undefined) model.choose(undefined);
      else if (model.filter.names) model.only(undefined);
      else if (model.filter.text) model.search("");
    };
    addEventListener("keydown", away);
    return () => removeEventListener("keydown", away);
  }, []);
}

/** Says which keys do what. */
function Foot(): JSX.Element {
  return (
    <footer class="foot">
      <span>
        <kbd>/</kbd> filter
      </span>
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> move in a table
      </span>
      <span>
        <kbd>Enter</kbd> open
      </span>
      <span>
        <kbd>Esc</kbd> close, show all
      </span>
      <a href="page/licences.txt">Licences</a>
    </footer>
  );
}
