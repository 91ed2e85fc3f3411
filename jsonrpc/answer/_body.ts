// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Reads an HTTP body as bytes; `undefined` if it has more than `max`. */
export async function readBody(
  { body, headers }: Request | Response,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (Number(headers.get("content-length")) > max) {
    await body?.cancel();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader(); // Not every browser has a loop for this.
  for (;;) {
    const { value } = await reader?.read() ?? {};
    if (!value) break;
    length += value.length;
    chunks.push(value);
    if (length <= max) continue;
    await reader!.cancel();
    return undefined;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Decodes a body; bytes that are not UTF-8 become text that is no JSON. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}
