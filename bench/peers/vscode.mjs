// Copyright 2026 the Wirekit authors. MIT license.

/** vscode-jsonrpc over a WebSocket: what it has none of is as thin as can be. */

import { load } from "./worker.mjs";

export function makeConnection(socket) {
  const {
    AbstractMessageReader,
    AbstractMessageWriter,
    createMessageConnection,
  } = load("vscode-jsonrpc/node");

  class Reader extends AbstractMessageReader {
    listen(callback) {
      const listener = (data) => callback(JSON.parse(data.toString()));
      socket.on("message", listener);
      return { dispose: () => socket.off("message", listener) };
    }
  }

  class Writer extends AbstractMessageWriter {
    write(message) {
      socket.send(JSON.stringify(message));
      return Promise.resolve();
    }
    end() {}
  }

  return createMessageConnection(new Reader(), new Writer());
}
