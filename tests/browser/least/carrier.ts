// Copyright 2026 the Wirekit authors. MIT license.

/** What a carrier tells, each message at once: then nothing waits to be read. */
export interface Reader {
  read(text: string): void;
  end(error: Error): void;
}

/** An open connection. */
export interface Carrier {
  send(text: string): void;
  close(reason?: string): void;
}

/**
 * Opens a WebSocket of the platform: with a deadline, a signal, a limit of what
 * is received in one message and one of what waits to be sent.
 */
export function open(
  url: string,
  reader: Reader,
  signal: AbortSignal,
  timeout = 10_000,
  maxBytes = 16_777_216,
): Promise<Carrier> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    let over = false;
    const end = (text: string, cause?: unknown) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.close();
      const error = new Error(`${new URL(url).host}: ${text}`, { cause });
      reject(error);
      reader.end(error);
    };
    const abort = () => end("aborted", signal.reason);
    const timer = setTimeout(() => end("no connection in time"), timeout);
    signal.addEventListener("abort", abort);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve({
        send(text) {
          if (over) throw new Error("The connection has ended");
          if (socket.bufferedAmount > maxBytes) end("the outbox is full");
          else socket.send(text);
        },
        close: (reason = "closed") => end(reason),
      });
    };
    socket.onmessage = ({ data }) => {
      if (over) return;
      if (data.length > maxBytes) end("a message is too large");
      else reader.read(data);
    };
    socket.onerror = socket.onclose = () => end("lost, or nobody listens");
    if (signal.aborted) abort();
  });
}
