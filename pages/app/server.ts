// Copyright 2026 the Wirekit authors. MIT license.

/** How a page speaks with its server. */

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

/** Sends a request, and reads the JSON that it is answered with. */
export async function send(
  path: string,
  init: RequestInit = {},
): Promise<unknown> {
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

/** Posts JSON, with the proof of the session if there is one. */
export function post(
  path: string,
  body: object,
  proof = "",
): Promise<unknown> {
  return send(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof && { "x-wirekit-proof": proof }),
    },
    body: JSON.stringify(body),
  });
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
