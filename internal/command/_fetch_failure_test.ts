// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { fetchFailure } from "./_fetch_failure.ts";

for (
  const [said, why] of [
    [
      "invalid peer certificate: certificate expired: verification time 2 " +
      "(UNIX), but certificate is not valid after 1 (1 seconds ago)",
      "its certificate has expired",
    ],
    [
      "invalid peer certificate: certificate not valid yet: verification time",
      "its certificate is not valid yet",
    ],
    [
      'invalid peer certificate: certificate not valid for name "a"; ' +
      'certificate is only valid for DnsName("b")',
      "its certificate is for another name",
    ],
    [
      "invalid peer certificate: UnknownIssuer",
      "its certificate is not trusted. Give the certificate of its authority " +
      "with --ca",
    ],
    [
      "invalid HTTP version parsed",
      "what answers there is no HTTP. Does it speak TLS? Then connect by https:",
    ],
    [
      "received unexpected message from connection",
      "what answers there is no HTTP. Does it speak TLS? Then connect by https:",
    ],
    [
      "Connection reset by peer (os error 104)",
      "the server closed the connection without an answer",
    ],
    [
      "tcp open error: Too many open files (os error 24)",
      "the process has used up its file descriptors",
    ],
  ] as const
) {
  Deno.test(`fetchFailure() says of "${said.slice(0, 60)}" what it means`, () => {
    const cause = new TypeError(
      `error sending request for url (https://a/): client error (Connect): ${said}`,
    );
    const { message } = fetchFailure(
      "a",
      new TypeError("fetch failed", { cause }),
    );
    assertEquals(message, `Cannot connect to a: ${why}`);
  });
}
