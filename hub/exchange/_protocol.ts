// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The kinds of message: the values of the member `type`. */
export const MessageType = {
  /** Hub to client: the name is yours. */
  success: 0,
  /** Client to hub, first of all: I am called `id`. */
  verification: 1,
  /** A question to the client named `destination`. */
  request: 2,
  /** Its answer. */
  response: 3,
  /** An answer that says what went wrong. */
  error: 4,
  /** Is the hub, or the client named `destination`, there? */
  ping: 5,
  /** Something to know, for all clients or those listed in `route`. */
  information: 6,
  /** A call of a function of an object that a response transferred. */
  functionCall: 7,
} as const;

/** The texts that real clients and servers write, and some compare. */
export const Text = {
  /** `data` of a success. */
  authorized: "Authorized.",
  /** The name is taken: the client is on hold. Clients know it by this text. */
  alreadyAuthorized: "Already authorized.",
  /** Anything but a verification came before the success. */
  notAuthorized: "Not authorized.",
  /** A request to oneself. */
  sameName: "Source and destination are the same.",
  /** A request to a name that nobody has. */
  noDestination: "Destination not found.",
  /** An answer or a function call to a name that nobody has. */
  noRequester: "The data requester is no longer connected",
  /** The responder left: ours, for a real server lets the requester wait. */
  responderLeft: "The destination disconnected before it answered.",
  /** The answer is over the limit of the hub: ours too. */
  answerTooLarge: "The answer is larger than a client may be sent.",
  /** What a client answers when it has no such route. */
  noRoute: "Route not found",
} as const;
