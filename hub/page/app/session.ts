// Copyright 2026 the Wirekit authors. MIT license.

/** How the page speaks with its hub: who is signed in, requests, and events. */

import type { TailReport } from "../../watch/report.ts";

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

/** An answer of the hub that is no success. */
export class Refused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** What is wrong, for people. */
export function messageOf(error: unknown): string {
  if (error instanceof TypeError) return "The hub does not answer";
  return error instanceof Error ? error.message : String(error);
}

/** Asks the hub. */
export async function get<T>(path: string): Promise<T> {
  return JSON.parse(await send(path, {}));
}

/** The last messages that the hub has recorded, the newest first. */
export async function recorded(
  fits: (row: TailReport) => boolean,
  most: number,
): Promise<TailReport[]> {
  const lines = (await send("api/recording", {})).trimEnd().split("\n");
  const rows: TailReport[] = [];
  while (lines.length > 0 && rows.length < most) {
    const line = lines.pop()!;
    // What was in it is shown only to who asks for it.
    const { data: _, answer: __, ...row } = JSON.parse(line || "{}");
    if (row.id !== undefined && fits(row)) rows.push(row);
  }
  return rows;
}

/** Tells the hub to do something. */
export async function post<T>(
  path: string,
  body: Record<string, unknown>,
  proof = "",
): Promise<T> {
  const text = await send(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof && { "x-wirekit-proof": proof }),
    },
    body: JSON.stringify(body),
  });
  return text ? JSON.parse(text) : undefined as T;
}

async function send(path: string, init: RequestInit): Promise<string> {
  const response = await fetch(path, { cache: "no-store", ...init });
  const text = await response.text();
  if (response.ok) return text;
  throw new Refused(response.status, reasonOf(text) || response.statusText);
}

function reasonOf(text: string): string {
  try {
    return JSON.parse(text).error?.message ?? text;
  } catch {
    return text.trim().slice(0, 300);
  }
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
