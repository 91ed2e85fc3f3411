// Copyright 2026 the Wirekit authors. MIT license.

/** The hub's own tests that are about one hub by their nature, and why. */

/** The names of the tests, by what they are about. */
const PER_NODE: Record<string, readonly string[]> = {
  "Who may look at the page of a hub: sessions and their proofs are that hub's":
    [
      "Hub answers nobody who calls it by a stranger's name",
      "A token becomes a session, which a page needs its proof for",
      "Sessions are bounded: the one used longest ago ends",
      "A hub that is open to this machine needs a proof of its pages",
    ],
  "How many connections a hub lets in, and whom it drops for another": [
    "Hub.limits counts how near its clients came to each",
    "serve() keeps no bot out for those who take no name, over WebSocket",
    "serve() keeps no bot out for those who take no name, over TCP",
  ],
  "A process without randomUUID(), which the client of NATS needs": [
    "Client connects in a page that is not of https:, which has no randomUUID()",
  ],
  "A rate, of which each hub has its own": [
    "Requests over HTTP have a rate by address",
  ],
  "An address that two hubs cannot share": [
    "serve() says which address is taken, and leaves nothing open",
  ],
  "What passes through a hub, by its own figures, page and routes over HTTP; those of all hubs together have the tests of hub/watch/hubs":
    [
      "A hub shows its page who is there, who calls whom, and each message",
      "A hub shows payloads only to who asks for them, and keeps none",
      "A page is told of the clients and edges that have changed, and of those that are gone",
      "A report of a client says which limits it met",
      "An operator asks, tells, disconnects, frees, blocks and drains, and the log says who",
      "Metrics have names only for who has the token",
      "Nothing that is sent to the hub's own routes breaks it",
      "Some of the clients are told of if they are asked for, and no such number is refused",
      "What is too large for a client is refused as too large, at the hub or at the client",
    ],
  "The words and the order of one hub: in a cluster each line and row says which hub it is of":
    [
      "@hub informs those who watch of who comes, waits and goes, and why",
      "@hub lists many clients page by page",
      "@hub tells any client who is there, what was asked, and how it went",
      "call and ping say what the hub knows of a name that nobody has",
      "list shows who is there, and who waits",
      "list works over every carrier, and with a token that may watch",
      "replay sends a recording again",
      "tail shows messages as they pass",
      "top shows the hub once where there is no terminal",
      "watch shows who comes and goes",
    ],
};

const names = new Set(Object.values(PER_NODE).flat());

/** Returns whether a test is about one hub. */
export function isPerNode(name: string): boolean {
  return names.has(name);
}
