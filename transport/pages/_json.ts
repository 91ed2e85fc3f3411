// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";

/** How long a body may take, in milliseconds. */
const BODY_TIMEOUT = 30_000;

/**
 * Makes the answer to a request of a page that is refused.
 *
 * @param status The HTTP status.
 * @param message Why, for people.
 * @param headers Further headers.
 * @returns The answer, as JSON: `{"error": {"message": …}}`.
 *
 * @category Pages
 */
export function refused(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ error: { message } }, { status, headers });
}

/**
 * Turns an answer that refuses a request into one for a page.
 *
 * @param response The answer, as text or as JSON already.
 * @returns The answer as JSON.
 */
export async function toRefused(response: Response): Promise<Response> {
  const type = response.headers.get("content-type") ?? "";
  // Without the header that makes a browser ask for a password.
  return type.startsWith("application/json")
    ? response
    : refused(response.status, (await response.text()).trim());
}

/**
 * Reads the body of a request of a page. It has to be said to be JSON, which no
 * page of another origin can say without being allowed to.
 *
 * @param request The request.
 * @param maxBytes The largest body, in bytes.
 * @returns The value, or the response that refuses the request.
 *
 * @category Pages
 */
export async function readJson(
  request: Request,
  maxBytes: number,
): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    return refused(415, "The body must be JSON, of type application/json.");
  }
  const decoder = new TextDecoder();
  const read = async () => {
    let text = "";
    let size = 0;
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) {
        return refused(413, `The body is over ${maxBytes} bytes.`);
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  };
  try {
    const text = await within(read(), BODY_TIMEOUT, () => new Error());
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch (error) {
    return error instanceof SyntaxError
      ? refused(400, "The body is not JSON.")
      : refused(408, "The body did not arrive whole.");
  }
}
