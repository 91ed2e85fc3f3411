// Copyright 2026 the Wirekit authors. MIT license.

/** How the page speaks with its server. */
import type { PageOrder, PageReport } from "../../plant/_report.ts";

/** Who is signed in. */
export interface Session {
  /** What lets them in. */
  readonly label: string;
  /** Whether nobody has to sign in. */
  readonly isOpen?: boolean;
  /** What each POST has to show. */
  readonly proof: string;
}

/** An answer of the server that is no success. */
export class Refused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Whether the page is one of a hub, where it stands at `/plant/NAME/`. */
export const ofHub: boolean = /\/plant\/[^/]+\/$/.test(location.pathname);

/** The way to the top, where people sign in. */
export const top: string = ofHub ? "../../" : "./";

/** How long the server may be silent, in milliseconds. */
const SILENCE = 25_000;

/** What is wrong, for people. */
export function messageOf(error: unknown): string {
  if (error instanceof TypeError) return "No connection to the server";
  return error instanceof Error ? error.message : String(error);
}

async function send(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(path, { cache: "no-store", ...init });
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : undefined;
  let message = text.trim().slice(0, 300) || response.statusText;
  try {
    message = JSON.parse(text).error.message;
  } catch {
    // It is a text of a proxy.
  }
  throw new Refused(response.status, message);
}

function post(path: string, body: object, proof = ""): Promise<unknown> {
  return send(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof && { "x-wirekit-proof": proof }),
    },
    body: JSON.stringify(body),
  });
}

/** Asks who is signed in. */
export function session(): Promise<Session> {
  return send(`${top}api/session`) as Promise<Session>;
}

/** Signs in. */
export function signIn(token: string): Promise<Session> {
  return post(`${top}session`, { token }) as Promise<Session>;
}

/** Signs out. */
export async function signOut(proof: string): Promise<void> {
  const headers = { "x-wirekit-proof": proof };
  await send(`${top}session`, { method: "DELETE", headers });
}

/** Gives an order. */
export async function order(order: PageOrder, proof: string): Promise<void> {
  await post("api/order", order, proof);
}

/**
 * Listens to the server until the result is called; `lost` is called once at
 * most.
 */
export function listen(
  report: (report: PageReport) => void,
  lost: () => void,
): () => void {
  const source = new EventSource("api/events");
  const end = () => {
    clearTimeout(timer);
    source.close();
  };
  const fail = () => {
    end();
    lost();
  };
  let timer = setTimeout(fail, SILENCE);
  source.addEventListener("report", ({ data }) => {
    clearTimeout(timer);
    timer = setTimeout(fail, SILENCE);
    report(JSON.parse(data));
  });
  source.addEventListener("error", fail);
  return end;
}
