// Copyright 2026 the Wirekit authors. MIT license.

/** What a server needs for TCP and Unix sockets: one without them does not load it. */

export { NewlineFramer } from "../stream/newline_framer.ts";
export { listenTcp } from "../tcp.ts";
export { listenUnix } from "../unix.ts";
export { placeOf } from "./_pipe_listener.ts";
