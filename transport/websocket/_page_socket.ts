// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Reads the URL of a server; throws if a page cannot connect to it. */
export function readPageUrl(text: string | URL): URL {
  const url = URL.parse(text);
  if (!url || !/^wss?:$/.test(url.protocol)) {
    throw new TypeError("Cannot connect: not a valid ws: or wss: URL");
  }
  if (url.username || url.password) {
    throw refused(url, "it cannot send the credentials");
  }
  url.hash = ""; // The platform refuses a fragment.
  return url;
}

/** Makes a WebSocket of the platform; throws if that refuses. */
export function makeSocket(
  url: URL,
  protocols: readonly string[],
): WebSocket {
  try {
    return new WebSocket(url, protocols as string[]);
  } catch (error) {
    // Its message may repeat the URL.
    throw refused(url, `it refuses (${(error as Error).name})`);
  }
}

function refused({ origin }: URL, what: string): TypeError {
  return new TypeError(`Cannot connect to ${origin} from a page: ${what}`);
}
