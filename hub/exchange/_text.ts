// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

// The texts that real clients and servers write, and some compare. Import them as
// `Text`; each is apart, so that a page has only those that it uses.

/** `data` of a success. */
export const authorized = "Authorized.";

/** The name is taken: the client is on hold. Clients know it by this text. */
export const alreadyAuthorized = "Already authorized.";

/** Anything but a verification came before the success. */
export const notAuthorized = "Not authorized.";

/** A request to oneself. */
export const sameName = "Source and destination are the same.";

/** A request to a name that nobody has. */
export const noDestination = "Destination not found.";

/** An answer or a function call to a name that nobody has. */
export const noRequester = "The data requester is no longer connected";

/** The responder left: ours, for a real server lets the requester wait. */
export const responderLeft = "The destination disconnected before it answered.";

/** The answer is over the limit of the hub: ours too. */
export const answerTooLarge = "The answer is larger than the hub passes on.";

/** What a client answers when it has no such route. */
export const noRoute = "Route not found";

/** The hub closes before the answer: ours too. */
export const closing = "The hub is closing.";

/** The route of a ping in which our clients say what they can be asked for. */
export const announce = "announce";
