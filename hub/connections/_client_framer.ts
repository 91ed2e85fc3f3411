// Copyright 2026 the Wirekit authors. MIT license.

import { NewlineFramer } from "@wirekit/transport/framers";
import { CloseError } from "@wirekit/transport/transport";

/** The largest first message: more than any verification has. */
const MAX_FIRST_BYTES = 65_536;

const NEWLINE = 0x0a;

/**
 * Reads the messages of a client by lines. Over these carriers a client sends the
 * token in its first message. Until then it may be a stranger, so it gets only as
 * much memory as a verification needs.
 */
export class ClientFramer extends NewlineFramer<"utf8"> {
  #isFirst = true;

  constructor(maxMessageBytes: number) {
    super({
      format: "utf8",
      maxMessageBytes,
      // Not JSON, which the hub answers with an error.
      malformed: new Uint8Array(),
    });
  }

  override decode(chunk: Uint8Array): Iterable<Uint8Array<ArrayBuffer>> {
    if (this.#isFirst) {
      const end = chunk.indexOf(NEWLINE);
      this.#isFirst = end === -1;
      const length = this.pending + (this.#isFirst ? chunk.length : end);
      if (length > MAX_FIRST_BYTES) {
        const reason = `First message over ${MAX_FIRST_BYTES} bytes`;
        throw new CloseError(1009, { reason });
      }
    }
    return super.decode(chunk);
  }
}
