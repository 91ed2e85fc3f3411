// Copyright 2026 the Wirekit authors. MIT license.

/** How the page speaks with its server. */
import { post, send } from "../../../pages/app/server.ts";
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
  return send(`${top}api/session`) as Promise<Session>;
}

/** Signs in. */
export function signIn(token: string): Promise<Session> {
  return post(`${top}session`, { token }) as Promise<Session>;
}

/** Signs out. */
export async function signOut(proof: string): Promise<void> {
  const headers = { "x-wirekit-proof": proof };
  await send(`${top}session`, { method: "DELETE", headers });
}

/** Gives an order. */
export async function order(order: PageOrder, proof: string): Promise<void> {
  await post("api/order", order, proof);
}
