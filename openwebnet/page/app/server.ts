// Copyright 2026 the Wirekit authors. MIT license.

/** How the page speaks with its server. */
import { get, leave, post } from "../../../pages/app/server.ts";
import type { PageOrder } from "../../plant/_report.ts";

/** Who is signed in. */
export interface Session {
  /** What lets them in. */
  readonly label: string;
  /** Whether nobody has to sign in. */
  readonly isOpen?: boolean;
  /** What each POST has to show. */
  readonly proof: string;
}

/** Whether the page is one of a hub, where it stands at `/plant/NAME/`. */
export const ofHub: boolean = /\/plant\/[^/]+\/$/.test(location.pathname);

/** The way to the top, where people sign in. */
export const top: string = ofHub ? "../../" : "./";

/** Asks who is signed in. */
export function session(): Promise<Session> {
  return get<Session>(`${top}api/session`);
}

/** Signs in. */
export function signIn(token: string): Promise<Session> {
  return post<Session>(`${top}session`, { token });
}

/** Signs out. */
export function signOut(proof: string | undefined): Promise<void> {
  return leave(`${top}session`, proof);
}

/** Gives an order. */
export async function order(order: PageOrder, proof: string): Promise<void> {
  await post("api/order", order, proof);
}
