// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Targets on the wired bus: the WHERE of lights (WHO 1), automation (2), locks
 * (14) and CEN buttons (15).
 *
 * A WHERE is a text everywhere, because its zeros count: `1` is an area and
 * `01` a point. These functions write and read such texts.
 *
 * ```ts
 * import { parseWhere, point } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(point(3, 11), "0311");
 * assertEquals(parseWhere("0311"), { kind: "point", area: 3, point: 11 });
 * ```
 *
 * @module
 */

/**
 * The bus: `#3` is the private riser, `#4#II` the local bus of interface II.
 *
 * @category Targets
 */
export interface Bus {
  /**
   * `"riser"`, or the two digits of an interface: `"01"` to `"15"`.
   *
   * @default {undefined} The bus of the gateway; for everyone, every bus.
   */
  bus?: string;
}

/**
 * Everyone.
 *
 * @category Targets
 */
export interface GeneralWhere extends Bus {
  /** The kind. */
  kind: "general";
}

/**
 * Everyone in an area.
 *
 * @category Targets
 */
export interface AreaWhere extends Bus {
  /** The kind. */
  kind: "area";
  /** The area, 0 to 10. */
  area: number;
}

/**
 * Everyone in a group. Addresses do not show who is in it.
 *
 * @category Targets
 */
export interface GroupWhere extends Bus {
  /** The kind. */
  kind: "group";
  /** The group, 1 to 255. */
  group: number;
}

/**
 * One point.
 *
 * @category Targets
 */
export interface PointWhere extends Bus {
  /** The kind. */
  kind: "point";
  /** The area, 0 to 10. */
  area: number;
  /** The point (PL), 1 to 15; in areas 1 to 9 also 0. */
  point: number;
}

/**
 * A unit of one Zigbee device or of all: `702053501#9` is unit 01 of device
 * 7020535, `0#01#9` unit 01 of all devices.
 *
 * @category Targets
 */
export interface ZigbeeWhere {
  /** The kind. */
  kind: "zigbee";
  /** Last 4 bytes of the device's MAC address in decimal; `"0"` for all. */
  address: string;
  /** The unit, two digits; `"00"` for all units. */
  unit: string;
}

/**
 * The target that a WHERE stands for.
 *
 * @category Targets
 */
export type Where =
  | GeneralWhere
  | AreaWhere
  | GroupWhere
  | PointWhere
  | ZigbeeWhere;

/**
 * The WHERE of everyone on every bus.
 *
 * @category Targets
 */
export const GENERAL = "0";

/**
 * Writes the WHERE of a point.
 *
 * @category Targets
 * @param area The area, 0 to 10.
 * @param point The point (PL), 1 to 15; in areas 1 to 9 also 0.
 * @param options The bus.
 * @returns Two digits if they are enough, otherwise four.
 * @throws {RangeError} If there is no such point.
 *
 * @example Short and long
 * ```ts
 * import { point } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(point(1, 2), "12");
 * assertEquals(point(0, 2), "02");
 * assertEquals(point(10, 2), "1002");
 * assertEquals(point(1, 2, { bus: "03" }), "12#4#03");
 * ```
 */
export function point(area: number, point: number, options: Bus = {}): string {
  return formatWhere({ kind: "point", area, point, ...options });
}

/**
 * Writes the WHERE of an area.
 *
 * @category Targets
 * @param area The area, 0 to 10.
 * @param options The bus.
 * @returns One digit, `00` or `100`.
 * @throws {RangeError} If there is no such area.
 *
 * @example Areas
 * ```ts
 * import { area } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([area(0), area(7), area(10)], ["00", "7", "100"]);
 * ```
 */
export function area(area: number, options: Bus = {}): string {
  return formatWhere({ kind: "area", area, ...options });
}

/**
 * Writes the WHERE of a group.
 *
 * @category Targets
 * @param group The group, 1 to 255.
 * @param options The bus.
 * @returns The text.
 * @throws {RangeError} If there is no such group.
 *
 * @example A group
 * ```ts
 * import { group } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(group(12), "#12");
 * ```
 */
export function group(group: number, options: Bus = {}): string {
  return formatWhere({ kind: "group", group, ...options });
}

/**
 * Writes a WHERE.
 *
 * @category Targets
 * @param where The target.
 * @returns The text.
 * @throws {RangeError} If there is no such target.
 *
 * @example Everyone on the bus of an interface
 * ```ts
 * import { formatWhere } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatWhere({ kind: "general", bus: "12" }), "0#4#12");
 * ```
 */
export function formatWhere(where: Where): string {
  switch (where.kind) {
    case "general":
      return GENERAL + formatBus(where);
    case "area":
      check("Area", where.area, 0, 10);
      return formatArea(where.area) + formatBus(where);
    case "group":
      check("Group", where.group, 1, 255);
      return `#${where.group}${formatBus(where)}`;
    case "point":
      return formatPoint(where) + formatBus(where);
    case "zigbee":
      if (!isZigbee(where)) {
        throw new RangeError(
          "A Zigbee address is up to ten digits and a unit is two",
        );
      }
      return where.address === "0"
        ? `0#${where.unit}#9`
        : `${where.address}${where.unit}#9`;
  }
}

/**
 * Reads a WHERE.
 *
 * @category Targets
 * @param text The text.
 * @returns The target; `undefined` if it is not one of the wired bus or Zigbee.
 *
 * @example Leading zeros count
 * ```ts
 * import { parseWhere } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseWhere("1"), { kind: "area", area: 1 });
 * assertEquals(parseWhere("01"), { kind: "point", area: 0, point: 1 });
 * assertEquals(parseWhere("033"), undefined);
 * ```
 */
export function parseWhere(text: string): Where | undefined {
  const parts = text.split("#");
  if (parts[0] !== "" && parts.length > 1 && parts.at(-1) === "9") {
    const [head = "", unit = ""] = parts;
    const where: ZigbeeWhere = parts.length === 2
      ? { kind: "zigbee", address: head.slice(0, -2), unit: head.slice(-2) }
      : { kind: "zigbee", address: head, unit };
    const isOne = isZigbee(where) && formatWhere(where) === text;
    return isOne ? where : undefined;
  }
  const isGroup = parts[0] === "" && parts.length > 1;
  const head = isGroup ? parts[1]! : parts[0]!;
  const bus = parseBus(parts.slice(isGroup ? 2 : 1));
  if (bus === undefined || !/^\d{1,4}$/.test(head)) return undefined;
  if (isGroup) {
    const group = Number(head);
    return /^[1-9]/.test(head) && group <= 255
      ? { kind: "group", group, ...bus }
      : undefined;
  }
  if (head === GENERAL) return { kind: "general", ...bus };
  for (let area = 0; area <= 10; area++) {
    if (head === formatArea(area)) return { kind: "area", area, ...bus };
  }
  if (head.length === 3) return undefined;
  const half = head.length / 2;
  const area = Number(head.slice(0, half));
  const point = Number(head.slice(half));
  const where: PointWhere = { kind: "point", area, point, ...bus };
  if (!isPoint(where)) return undefined;
  // The document writes the first points of area 0 with four digits, which only
  // an MH202 accepts: such a WHERE is read, but never written.
  const isLong = area === 0 && head.length === 4;
  return isLong || formatPoint(where) === head ? where : undefined;
}

/**
 * Tells whether a command to one WHERE reaches another: everyone and an area
 * reach their points. A group reaches only itself, because addresses do not
 * show who is in it.
 *
 * @category Targets
 * @param target The target of the command.
 * @param where The target that it may reach.
 * @returns Whether it reaches it.
 *
 * @example Whom an area reaches
 * ```ts
 * import { reaches } from "@wirekit/openwebnet";
 * import { assert } from "@std/assert";
 *
 * assert(reaches("1", "12"));
 * assert(reaches("0", "12#4#03"));
 * assert(!reaches("1", "0211"));
 * ```
 */
export function reaches(target: string, where: string): boolean {
  if (target === where) return true;
  const from = parseWhere(target);
  const to = parseWhere(where);
  if (from === undefined || to === undefined) return false;
  if (from.kind === "zigbee" || to.kind === "zigbee") {
    return from.kind === "zigbee" && to.kind === "zigbee" &&
      (from.address === "0" || from.address === to.address) &&
      (from.unit === "00" || from.unit === to.unit);
  }
  switch (from.kind) {
    case "general":
      return from.bus === undefined || from.bus === to.bus;
    case "area":
      return to.kind === "point" && from.area === to.area &&
        from.bus === to.bus;
    case "point":
      // The same point can be written in two ways.
      return to.kind === "point" && from.area === to.area &&
        from.point === to.point && from.bus === to.bus;
    default:
      return false;
  }
}

function formatArea(area: number): string {
  return area === 0 ? "00" : area === 10 ? "100" : `${area}`;
}

function formatPoint(where: PointWhere): string {
  const { area, point } = where;
  if (!isPoint(where)) {
    throw new RangeError(`There is no point ${point} in area ${area}`);
  }
  return area <= 9 && point <= 9
    ? `${area}${point}`
    : `${area}`.padStart(2, "0") + `${point}`.padStart(2, "0");
}

function isPoint({ area, point }: PointWhere): boolean {
  // PL 0 was seen in areas 1 to 9, and every firmware examined accepts it.
  const first = area >= 1 && area <= 9 ? 0 : 1;
  return Number.isInteger(area) && area >= 0 && area <= 10 &&
    Number.isInteger(point) && point >= first && point <= 15;
}

/** Tells whether the address and the unit are valid in a Zigbee WHERE. */
function isZigbee({ address, unit }: ZigbeeWhere): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(address) && /^\d\d$/.test(unit);
}

function formatBus({ bus }: Bus): string {
  if (bus === undefined) return "";
  if (bus === "riser") return "#3";
  if (!isInterface(bus)) {
    throw new RangeError(
      `An interface is two digits, "01" to "15": received "${bus}"`,
    );
  }
  return `#4#${bus}`;
}

function parseBus(parts: string[]): Bus | undefined {
  if (parts.length === 0) return {};
  if (parts.length === 1 && parts[0] === "3") return { bus: "riser" };
  return parts.length === 2 && parts[0] === "4" && isInterface(parts[1]!)
    ? { bus: parts[1]! }
    : undefined;
}

function isInterface(text: string): boolean {
  return /^(0[1-9]|1[0-5])$/.test(text);
}

function check(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `${name} must be ${min} to ${max}: received ${value}`,
    );
  }
}
