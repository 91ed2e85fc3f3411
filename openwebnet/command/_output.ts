// Copyright 2026 the Wirekit authors. MIT license.

/** What the commands print: lines for people, or JSON for programs. */

import { type Terminal, toggle } from "@wirekit/internal/command";
import type { GatewayEvent } from "../events.ts";
import { describe } from "../explain.ts";
import { type Home, nameOf } from "../home.ts";
import { serialize } from "../wire/message.ts";

/** The options of all commands that print something. */
export const OUTPUT_OPTIONS = { json: toggle("Print lines of JSON") };

/** Prints a result: as JSON for programs, as a line of text for people. */
export function print(
  { json }: { readonly json: boolean },
  terminal: Terminal,
  value: object,
  line: string,
): void {
  terminal.log(json ? JSON.stringify(value) : line);
}

/** Prints an event: with the local time and its offset, or as JSON in UTC. */
export function printEvent(
  event: GatewayEvent,
  output: { readonly json: boolean },
  terminal: Terminal,
  home?: Home,
): void {
  const { message, ...rest } = event;
  const now = new Date();
  const time = now.toISOString();
  const name = home && nameOf(home, event.who, event.where);
  const named = name === undefined ? {} : { name };
  print(
    output,
    terminal,
    { time, frame: serialize(message), ...named, ...rest },
    `${localTime(now)} ${describe(event, named)}`,
  );
}

/** Formats the local time of day with its offset, such as `00:15:03+01:00`. */
export function localTime(date: Date): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const minutes = -date.getTimezoneOffset();
  const ahead = Math.abs(minutes);
  const offset = `${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
  return `${clock.map(two).join(":")}${minutes < 0 ? "-" : "+"}${offset}`;
}
