// Copyright 2026 the Wirekit authors. MIT license.

/** The command `jsonrpc serve`. */

import {
  command,
  needNetwork,
  port,
  text,
  texts,
  toggle,
  UsageError,
} from "@wirekit/internal/command";
import { checkApart } from "@wirekit/internal/limits";
import { serveFile } from "./_serve_file.ts";

/** The command that serves the functions that a file exports. */
export const serveCommand = command({
  name: "serve",
  summary: "Serve the functions that a file exports until Ctrl-C",
  operands: "FILE",
  options: {
    hostname: text("HOST", "Address to listen on (127.0.0.1)"),
    port: port("Port for WebSocket and HTTP (8095); 0 for a free one", "p"),
    tcp: port("Also listen on this TCP port, one message per line"),
    unix: text("PATH", "Also listen on a Unix socket, one message per line", {
      file: true,
    }),
    stdio: toggle("Serve the standard streams instead"),
    lsp: toggle("Use Content-Length framing, with --stdio"),
    allowOrigin: texts("URL", "Origin whose pages may connect"),
  },
  isServer: true,
  examples: ["jsonrpc serve math.ts", "jsonrpc serve math.ts --stdio --lsp"],
  async run({ words: [file = ""], options }, terminal) {
    const { hostname = "127.0.0.1", port = 8095, tcp, unix, stdio } = options;
    if (options.lsp && !stdio) throw new UsageError("--lsp is for --stdio");
    if (stdio) {
      const [place] = Object.entries({
        "--hostname": options.hostname,
        "--port": options.port,
        "--tcp": tcp,
        "--unix": unix,
      }).find(([, value]) => value !== undefined) ?? [];
      if (place) {
        throw new UsageError(`--stdio listens nowhere: leave out ${place}`);
      }
    } else {
      checkApart({ "--port": port, "--tcp": tcp });
      needNetwork(hostname, port);
    }
    await serveFile(file, {
      hostname,
      port,
      ...(tcp !== undefined && { tcpPort: tcp }),
      ...(unix !== undefined && { unixPath: unix }),
      ...(stdio && { framing: options.lsp ? "content-length" : "newline" }),
      allowedOrigins: [...options.allowOrigin],
    }, terminal);
  },
});
