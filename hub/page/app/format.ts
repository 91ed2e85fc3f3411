// Copyright 2026 the Wirekit authors. MIT license.

/** How the page writes numbers, times and sizes. */

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Writes how many: `1,234`, `12.3k`, `4.6M`. */
export function count(value: number): string {
  if (value < 10_000) return GROUPED.format(value);
  if (value < 999_500) return `${three(value / 1000)}k`;
  if (value < 999_500_000) return `${three(value / 1e6)}M`;
  return `${three(value / 1e9)}G`;
}

/** Writes how many a second: `0.4`, `23`, `12.3k`. */
export function rate(value: number): string {
  if (value === 0) return "0";
  if (value < 0.05) return "<0.1";
  return value < 9.95 ? value.toFixed(1) : count(Math.round(value));
}

/** Writes how long an answer took: `0.42 ms`, `431 ms`, `1.2 s`. */
export function took(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(ms < 0.995 ? 2 : 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return duration(ms);
}

/** Writes a length of time: `1.2 s`, `48 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(".0", "")} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** Writes how long something lasts that still does: whole seconds. */
export function age(ms: number): string {
  return duration(Math.floor(Math.max(0, ms) / 1000) * 1000);
}

/** Writes a length of time in one unit: `12 s`, `3 min`, `5 h`, `2 d`. */
export function brief(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Writes how long ago something was: `now`, `12 s`, `3 min`. */
export function ago(ms: number): string {
  return ms < 1500 ? "now" : brief(ms);
}

/** Writes a size: `512 B`, `1.2 KiB`, `16 MiB`. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let rest = value / 1024;
  let unit = 0;
  while (rest >= 1023.5 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${three(rest)} ${units[unit]}`;
}

/** Writes a time of day: `14:03:27`. */
export function clock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** Writes a day and a time of day: `2026-11-26 14:03:27`. */
export function moment(at: number): string {
  const day = new Date(at);
  const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  return `${parts.map((part) => String(part).padStart(2, "0")).join("-")} ${
    clock(at)
  }`;
}

/** Writes a share: `0 %`, `0.4 %`, `12 %`. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0 %";
  const percent = 100 * part / whole;
  if (percent < 0.1) return "<0.1 %";
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Writes `1 client`, `12 clients`. */
export function some(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function three(value: number): string {
  return value < 9.95
    ? value.toFixed(1).replace(".0", "")
    : String(Math.round(value));
}

function two(a: number, one: string, b: number, other: string): string {
  return b === 0 ? `${a} ${one}` : `${a} ${one} ${b} ${other}`;
}
