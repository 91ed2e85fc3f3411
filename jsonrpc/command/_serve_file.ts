// Copyright 2026 the Wirekit authors. MIT license.

import { UsageError } from "@wirekit/internal/command";
import { described } from "@wirekit/internal/errors";
import { CalmLogger } from "@wirekit/internal/logger";
import type { CloseError } from "@wirekit/transport/transport";
import { methodsOf } from "../answer/_exports.ts";
import { Peer } from "../peer.ts";
import { serve } from "../answer/serve.ts";
import { isTooLarge } from "./_program.ts";
import { type Framing, stdioTransport } from "../stdio.ts";

/** Where to serve. */
export interface ServeFileOptions {
  hostname: string;
  port: number;
  tcpPort?: number;
  unixPath?: string;
  /** Serves the standard streams instead. */
  framing?: Framing;
  allowedOrigins: string[];
}

/** Where the server logs, and what stops it. */
export interface ServeFileIo {
  log(text: string): void;
  error(text: string): void;
  signal: AbortSignal;
}

/** Serves the exports of a file until it is stopped. */
export async function serveFile(
  file: string,
  options: ServeFileOptions,
  io: ServeFileIo,
): Promise<void> {
  using _console = options.framing && logToStderr();
  const methods = methodsOf(await load(file), file);
  const log = (line: string) => io.error(line.replace(/\s+/g, " "));
  const logger = new CalmLogger({ warn: log, error: log });
  const onError = (
    error: unknown,
    { method = "connection" }: { method?: string },
  ) => logger.error(`${method}: ${described(error)}`, method);
  const peerOptions = { methods, onError };
  const stopped = new Promise<void>((resolve) => {
    io.signal.addEventListener("abort", () => resolve());
    if (io.signal.aborted) resolve();
  });
  if (options.framing) {
    const transport = stdioTransport(options.framing);
    await using peer = new Peer(transport, peerOptions);
    const error = await Promise.race([peer.closed, stopped]);
    if (!error) return;
    const why = whyEnded(error, options.framing);
    throw new Error(`The standard streams ended: ${why}`, {
      cause: error,
    });
  }

  await using stack = new AsyncDisposableStack();
  const { framing: _, ...where } = options;
  const { urls } = stack.use(
    await serve({
      ...peerOptions,
      ...where,
      logger,
    }),
  );
  io.log(
    `Serving ${methods.names.join(", ")} at ${
      urls.join(", ")
    } (Ctrl-C stops it)`,
  );
  await stopped;
}

/** Says why the standard streams have ended, and what to look at. */
function whyEnded(error: Error, framing: Framing): string {
  const { reason = "" } = error as Partial<CloseError>;
  if (isTooLarge(error)) {
    return `a ${reason.replace("over", "is over")}, the most that is read`;
  }
  const hint = reason && framing !== "newline" ? ". Is --lsp right?" : "";
  return (reason || described(error.cause ?? error)) + hint;
}

/** The functions of `console` that write to the standard output. */
const LOGS = [
  ...["log", "info", "debug", "dir", "dirxml", "table", "group"],
  ...["groupCollapsed", "count", "timeLog", "timeEnd"],
] as ("log" | "info" | "debug")[];

/** Redirects what a file logs, to keep the standard output for messages. */
function logToStderr(): Disposable {
  const own = globalThis.console;
  const before = { ...own };
  for (const name of LOGS) own[name] = (...args) => own.error(...args);
  return { [Symbol.dispose]: () => void Object.assign(own, before) };
}

async function load(file: string): Promise<Record<string, unknown>> {
  const { href } = new URL(file, `file://${Deno.cwd()}/`);
  try {
    return await import(href);
  } catch (error) {
    const { message } = Object(error) as { message?: string };
    // What a binary loads later is not translated in each of them.
    if (
      Deno.build.standalone && error instanceof SyntaxError &&
      /\.[mc]?tsx?$/.test(file)
    ) {
      throw new UsageError(
        `Cannot read ${file}: ${message}. A binary may not know TypeScript: ` +
          "give it JavaScript, or run the command with Deno",
        { cause: error },
      );
    }
    if (message?.includes(`Module not found "${href}"`)) {
      throw new UsageError(`There is no file ${file}`, { cause: error });
    }
    const why = error instanceof Error ? message : described(error);
    throw new UsageError(`Cannot load ${file}: ${why}`, { cause: error });
  }
}
