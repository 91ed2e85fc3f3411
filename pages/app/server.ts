// Copyright 2026 the Wirekit authors. MIT license.

/** How a page speaks with its server. */

import { later } from "../../internal/clock.ts";

/** An answer of the server that is no success. */
export class Refused extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** How long the server may be silent, in milliseconds. */
const SILENCE = 25_000;

/** What is wrong, for people. */
export function messageOf(error: unknown): string {
  if (error instanceof TypeError) return "No connection to the server";
  return error instanceof Error ? error.message : String(error);
}

/**
 * Sends a request, and reads the text that it is answered with. Rejects with
 * {@linkcode Refused} unless the answer is a success.
 */
export async function read(
  path: string,
  init: RequestInit = {},
): Promise<string> {
  const response = await fetch(path, { cache: "no-store", ...init });
  const text = await response.text();
  if (response.ok) return text;
  throw new Refused(response.status, reasonOf(text) || response.statusText);
}

/** Gets JSON. */
export async function get<T = unknown>(
  path: string,
  init: RequestInit = {},
): Promise<T> {
  const text = await read(path, init);
  return text ? JSON.parse(text) : undefined as T;
}

/** Posts JSON, with the proof of the session if there is one. */
export function post<T = unknown>(
  path: string,
  body: object,
  proof = "",
): Promise<T> {
  return get<T>(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof && { "x-wirekit-proof": proof }),
    },
    body: JSON.stringify(body),
  });
}

/** Ends the session, as far as the server hears of it. */
export async function leave(path: string, proof = ""): Promise<void> {
  const headers = { "x-wirekit-proof": proof };
  await read(path, { method: "DELETE", headers }).catch(() => {});
}

/**
 * Listens to the server until the result is called; `lost` is called once at
 * most.
 */
export function listen<T>(
  report: (report: T) => void,
  lost: () => void,
): () => void {
  const source = new EventSource("api/events");
  const end = () => {
    timer.stop();
    source.close();
  };
  const fail = () => {
    end();
    lost();
  };
  let timer = later(SILENCE, fail);
  source.addEventListener("report", ({ data }) => {
    timer.stop();
    timer = later(SILENCE, fail);
    report(JSON.parse(data));
  });
  source.addEventListener("error", fail);
  return end;
}

function reasonOf(text: string): string {
  try {
    return JSON.parse(text).error?.message ?? text;
  } catch {
    return text.trim().slice(0, 300); // It is a text of a proxy.
  }
}
