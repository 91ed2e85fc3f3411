// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Cameras of the video door entry: WHO 7. The picture itself comes over HTTP,
 * from `/telecamera.php` of the gateway.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import type { ValueList } from "./area.ts";
import type { BusMessage } from "../wire/message.ts";
import { what } from "./_values.ts";

/**
 * A property of the picture that can be changed.
 *
 * @category Alarm and doors
 */
export type CameraControl =
  | "zoom"
  | "x"
  | "y"
  | "luminosity"
  | "contrast"
  | "colour"
  | "quality";

/**
 * The events of cameras, each with its values.
 *
 * @category Alarm and doors
 */
export interface CameraEvents {
  /** The picture of a camera is requested (WHAT 0, WHERE 4000 to 4099). */
  "camera.receive": Record<never, never>;
  /** The picture is no longer needed (WHAT 9). */
  "camera.free": Record<never, never>;
  /** More or less of a property (WHAT 120 to 181). */
  "camera.adjust": { control: CameraControl; more: boolean };
  /** A field of a dial of 4 by 4, 1 to 4 each way (WHAT 311 to 344). */
  "camera.dial": { x: number; y: number };
}

/**
 * An event of a camera.
 *
 * @category Alarm and doors
 */
export type CameraEvent = EventOf<CameraEvents>;

const CONTROLS: readonly CameraControl[] = [
  "zoom",
  "x",
  "y",
  "luminosity",
  "contrast",
  "colour",
  "quality",
];

/** 120 is more zoom, 121 less; 130 more x, and so on. */
const adjustment: ValueList<CameraEvents["camera.adjust"]> = {
  parse([text = ""]) {
    const control = CONTROLS[Number(text.slice(0, 2)) - 12];
    return control && /^1[2-8][01]$/.test(text)
      ? { control, more: text.endsWith("0") }
      : undefined;
  },
  format({ control, more }) {
    const index = CONTROLS.indexOf(control);
    if (index < 0) throw new RangeError(`There is no control "${control}"`);
    return [`${index + 12}${more ? 0 : 1}`];
  },
};

const dial: ValueList<CameraEvents["camera.dial"]> = {
  parse: ([text = ""]) =>
    /^3[1-4][1-4]$/.test(text)
      ? { x: Number(text[1]), y: Number(text[2]) }
      : undefined,
  format({ x, y }) {
    const text = `3${x}${y}`;
    if (!/^3[1-4][1-4]$/.test(text)) {
      throw new RangeError(`x and y must be 1 to 4: got ${x}, ${y}`);
    }
    return [text];
  },
};

/**
 * The messages of WHO 7.
 *
 * @category Alarm and doors
 */
export const cameras: Area<CameraEvents> = new Area<CameraEvents>(7, {
  "camera.receive": what("0"),
  "camera.free": what("9"),
  "camera.adjust": what(adjustment),
  "camera.dial": what(dial),
});

/**
 * A camera, `4000` to `4099`.
 *
 * @category Alarm and doors
 * @example Show the picture, then release it
 * ```ts
 * import { Camera, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const camera = new Camera(gateway, "4000");
 * await camera.receive();
 * await camera.adjust("zoom", true);
 * await camera.free();
 * assertEquals(simulator.executed, ["*7*0*4000##", "*7*120##", "*7*9**##"]);
 * ```
 */
export class Camera extends Item<CameraEvents> {
  /**
   * Creates a camera.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, cameras);
  }

  /** Requests the picture. */
  receive(options?: CommandOptions): Promise<void> {
    return this.command("camera.receive", {}, options);
  }

  /** Releases the picture. */
  async free(options?: CommandOptions): Promise<void> {
    // The document writes an empty WHERE and a star.
    await this.gateway.send(
      { kind: "normal", who: 7, what: "9", where: "", trailing: true },
      options,
    );
  }

  /**
   * Changes the picture that is received.
   *
   * @param control The property to change.
   * @param more Whether to increase or decrease it.
   * @param options Timeout and signal.
   */
  async adjust(
    control: CameraControl,
    more: boolean,
    options?: CommandOptions,
  ): Promise<void> {
    const values = { control, more };
    await this.gateway.send(
      withoutWhere(cameras.encode("camera.adjust", "", values)),
      options,
    );
  }

  /**
   * Shows a field of the picture.
   *
   * @param x 1 to 4.
   * @param y 1 to 4.
   * @param options Timeout and signal.
   */
  async dial(x: number, y: number, options?: CommandOptions): Promise<void> {
    await this.gateway.send(
      withoutWhere(cameras.encode("camera.dial", "", { x, y })),
      options,
    );
  }
}

/** Removes the WHERE: commands for the picture that is shown have none. */
function withoutWhere(message: BusMessage): BusMessage {
  const { where: _, ...rest } = message;
  return rest as BusMessage;
}
