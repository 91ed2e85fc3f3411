// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

// The kinds of message: the values of the member `type`. Import them as
// `MessageType`; each is apart, so that a page has only those that it uses.

/** Hub to client: the name is yours. */
export const success = 0;

/** Client to hub, first of all: I am called `id`. */
export const verification = 1;

/** A question to the client named `destination`. */
export const request = 2;

/** Its answer. */
export const response = 3;

/** An answer that says what went wrong. */
export const error = 4;

/** Is the hub, or the client named `destination`, there? */
export const ping = 5;

/** Something to know, for all clients or those listed in `route`. */
export const information = 6;

/** A call of a function of an object that a response transferred. */
export const functionCall = 7;
