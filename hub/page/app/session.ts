// Copyright 2026 the Wirekit authors. MIT license.

/** How the page speaks with its hub: who is signed in, requests, and events. */

import { read } from "../../../pages/app/server.ts";
import type { TailReport } from "../../watch/reports/tail.ts";

/** Who is signed in, and what they may do. */
export interface Session {
  /** The label of the secret. */
  readonly label: string;
  /** Whether they may look. */
  readonly mayWatch: boolean;
  /** Whether they may disconnect, block and drain. */
  readonly mayOperate: boolean;
  /** What each POST has to show. */
  readonly proof: string;
}

/** The last messages that the hub has recorded, the newest first. */
export async function recorded(
  fits: (row: TailReport) => boolean,
  most: number,
): Promise<TailReport[]> {
  const lines = (await read("api/recording")).trimEnd().split("\n");
  const rows: TailReport[] = [];
  while (lines.length > 0 && rows.length < most) {
    const line = lines.pop()!;
    // What was in it is shown only to people who ask for it.
    const { data: _, answer: __, ...row } = JSON.parse(line || "{}");
    if (row.id !== undefined && fits(row)) rows.push(row);
  }
  return rows;
}

/** What the page wants to hear. */
export interface Wishes {
  readonly tail: boolean;
  readonly payload: boolean;
  readonly name: string | undefined;
}

/** Listens to the hub until it is closed; `lost` is called once at most. */
export function listen(
  { tail, payload, name }: Wishes,
  events: Record<string, (data: unknown) => void>,
  opened: () => void,
  lost: () => void,
): () => void {
  const query = new URLSearchParams();
  if (tail) query.set("tail", "1");
  if (payload) query.set("payload", "1");
  if (name !== undefined) query.set("name", name);
  const source = new EventSource(`api/events?${query}`);
  for (const [name, take] of Object.entries(events)) {
    source.addEventListener(name, (event: Event) => {
      // The hub's event `open` has the name of one of the browser's own.
      if (event instanceof MessageEvent) take(JSON.parse(event.data));
    });
  }
  source.addEventListener("open", (event) => {
    if (!(event instanceof MessageEvent)) opened();
  });
  source.addEventListener("error", () => {
    source.close();
    lost();
  });
  return () => source.close();
}
