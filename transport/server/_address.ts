// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The bytes before an IPv4 address that is written as an IPv6 one. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** A range of addresses. */
export interface Range {
  /** Its first address, as 16 bytes. */
  readonly start: readonly number[];
  /** How many bits all its addresses have in common. */
  readonly bits: number;
}

/**
 * Returns the 16 bytes of an address; none if it is none. An IPv4 address is
 * the same as its form `::ffff:192.0.2.1`, which servers on `::` see.
 */
export function bytesOf(address: string): number[] | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split(".").map(Number);
    return bytes.some((byte) => byte > 255) ? undefined : [...MAPPED, ...bytes];
  }
  const [text = ""] = address.split("%"); // The zone of a link-local address.
  const { hostname } = URL.parse(`http://[${text}]`) ?? {};
  if (!hostname || !/^[\da-f:.]+$/i.test(text)) return undefined;
  const [before = [], after = []] = hostname.slice(1, -1).split("::")
    .map((part) => part === "" ? [] : part.split(":"));
  const zeros = Array(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/**
 * Reads an address or a range such as `192.0.2.0/24`; throws if it is none.
 */
export function toRange(text: string): Range {
  const [address = "", length, ...more] = text.split("/");
  const start = bytesOf(address);
  const most = address.includes(":") ? 128 : 32;
  const bits = Number(length ?? most);
  const isLength = length === undefined || /^\d{1,3}$/.test(length);
  if (!start || !isLength || bits > most || more.length > 0) {
    throw new TypeError(
      `allowedAddresses has "${text}", which is neither an address nor a range ` +
        'such as "192.0.2.0/24" or "2001:db8::/32"',
    );
  }
  return { start, bits: bits + 128 - most };
}

/** Whether an address is in a range. */
export function isIn(
  address: readonly number[],
  { start, bits }: Range,
): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== start[i]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || address[whole]! >> rest === start[whole]! >> rest;
}

/** Whether an address is one of this machine's own. */
export function isOwn(address: readonly number[]): boolean {
  const isMapped = MAPPED.every((byte, i) => address[i] === byte);
  if (isMapped) return address[12] === 127;
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/**
 * Returns what stands for the machine at an address: of IPv6 its network,
 * because a machine may have as many addresses there as it likes.
 */
export function machineAt(address: readonly number[]): string {
  const isMapped = MAPPED.every((byte, i) => address[i] === byte);
  return (isMapped ? address.slice(12) : address.slice(0, 8)).join(".");
}
