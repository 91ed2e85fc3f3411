// Copyright 2026 the Wirekit authors. MIT license.

/** A tile for each kind of device. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { later, type Timer } from "../../../internal/clock.ts";
import { Act, Slider, Tile, type TileProps } from "./tile.tsx";
import { celsius, numberIn, watts } from "./words.ts";

/** The tile of a device. */
export function DeviceTile(props: TileProps): JSX.Element {
  switch (props.device.kind) {
    case "light":
      return props.device.hasState
        ? <LightTile {...props} />
        : <GroupTile {...props} />;
    case "shutter":
      return <ShutterTile {...props} />;
    case "zone":
      return <ZoneTile {...props} />;
    case "scene":
      return <SceneTile {...props} />;
    case "cen":
    case "cenplus":
    case "module":
      return <ControlTile {...props} />;
    default:
      return <ReadingTile {...props} />;
  }
}

function LightTile({ device, give }: TileProps): JSX.Element {
  const { state, hasLevel, asked } = device;
  const is = state["state"] === "ON";
  // What was asked for last is what the next press reverses.
  const wants = asked === undefined ? is : asked.text !== "OFF";
  return (
    <Tile
      device={device}
      icon="bulb"
      look={is ? "on" : ""}
      press={{ isOn: wants, act: () => give("", wants ? "OFF" : "ON") }}
    >
      {hasLevel && (
        <Slider
          device={device}
          label="level"
          words={wants ? undefined : "Off"}
          min={1}
          value={is
            ? numberIn(device, "brightness")
            : state["state"] === null
            ? undefined
            : 1}
          give={(level) => give("", `${level}`)}
        />
      )}
    </Tile>
  );
}

function GroupTile({ device, give }: TileProps): JSX.Element {
  return (
    <Tile device={device} icon="bulb">
      <div class="acts">
        <Act device={device} label="on" text="On" act={() => give("", "ON")} />
        <Act
          device={device}
          label="off"
          text="Off"
          act={() => give("", "OFF")}
        />
      </div>
    </Tile>
  );
}

function ShutterTile({ device, give }: TileProps): JSX.Element {
  const { state, hasLevel, hasState } = device;
  const moves = state["state"] === "opening" || state["state"] === "closing";
  const position = numberIn(device, "position");
  return (
    <Tile device={device} icon="shutter" look={moves ? "moves" : ""}>
      <div class="acts">
        <Act
          device={device}
          label="open"
          icon="up"
          act={() => give("", "OPEN")}
        />
        <Act
          device={device}
          label="stop"
          icon="stop"
          act={() => give("", "STOP")}
        />
        <Act
          device={device}
          label="close"
          icon="down"
          act={() => give("", "CLOSE")}
        />
      </div>
      {hasLevel && hasState && (
        <Slider
          device={device}
          label="position"
          min={0}
          value={position}
          give={(position) => give("position", `${position}`)}
        />
      )}
    </Tile>
  );
}

/** How long a wish waits for another one, in milliseconds. */
const STEP_DELAY = 700;

/**
 * Waits with an order until its person has come to the end: a keyboard passes
 * every choice on the way.
 */
function useWish<T>(
  give: (wish: T) => void,
): [wish: T | undefined, want: (wish: T) => void] {
  const [wish, setWish] = useState<T>();
  const timer = useRef<Timer>(undefined);
  useEffect(() => () => timer.current?.stop(), []);
  return [wish, (next) => {
    setWish(() => next);
    timer.current?.stop();
    timer.current = later(STEP_DELAY, () => {
      give(next);
      setWish(undefined);
    });
  }];
}

/** What a zone can be set to. */
const LIMITS = { min: 5, max: 40 };

function ZoneTile({ device, give }: TileProps): JSX.Element {
  const { state, asked, isThere, name } = device;
  const current = numberIn(device, "current");
  const target = numberIn(device, "target");
  const [wanted, want] = useWish<number>((celsius) =>
    give("temperature", `${celsius}`)
  );
  const [chosen, choose] = useWish<string>((mode) => give("mode", mode));
  const asks = asked?.part === "temperature" ? Number(asked.text) : undefined;
  const shown = wanted ?? asks ?? target;
  function step(by: number): void {
    const from = Math.round(2 * (shown ?? current ?? 20)) / 2;
    want(Math.min(LIMITS.max, Math.max(LIMITS.min, from + by)));
  }
  const action = state["action"];
  const look = action === "heating" || action === "cooling" ? action : "";
  const mode = chosen ??
    (asked?.part === "mode" ? asked.text : state["mode"]);
  return (
    <Tile
      device={device}
      icon={action === "heating"
        ? "flame"
        : action === "cooling"
        ? "snow"
        : "thermometer"}
      look={look}
      value={current === undefined ? "– °C" : celsius(current)}
    >
      <div class="acts set">
        <Act
          device={device}
          label="cooler"
          icon="minus"
          act={() => step(-0.5)}
        />
        <output class={wanted ?? asks ? "target wish" : "target"}>
          <span class="sr">Set to</span>
          {shown === undefined ? "–" : `${shown.toFixed(1)}°`}
        </output>
        <Act device={device} label="warmer" icon="plus" act={() => step(0.5)} />
      </div>
      <select
        class="mode"
        aria-label={`${name}: mode`}
        disabled={!isThere}
        value={`${mode ?? ""}`}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {mode === null && <option value="">Mode …</option>}
        <option value="heat">Heating</option>
        <option value="cool">Cooling</option>
        <option value="auto">Programme</option>
        <option value="off">Off</option>
      </select>
    </Tile>
  );
}

function SceneTile({ device, give }: TileProps): JSX.Element {
  return (
    <Tile device={device} icon="play">
      <div class="acts">
        <Act
          device={device}
          label="start"
          text="Start"
          act={() => give("", "start")}
        />
        <Act
          device={device}
          label="stop"
          text="Stop"
          act={() => give("", "stop")}
        />
      </div>
    </Tile>
  );
}

function ControlTile({ device, give }: TileProps): JSX.Element {
  const { kind, buttons } = device;
  return (
    <Tile device={device} icon={kind === "module" ? "play" : "control"}>
      {buttons.length > 0 && (
        <div class="acts many">
          {buttons.map((button) => (
            <Act
              key={button}
              device={device}
              label={kind === "module"
                ? `run scenario ${button}`
                : `press ${button}`}
              text={`${button}`}
              act={() => give("", `${button}`)}
            />
          ))}
        </div>
      )}
    </Tile>
  );
}

/** A device that is only read. */
function ReadingTile({ device }: TileProps): JSX.Element {
  const { kind, state } = device;
  switch (kind) {
    case "meter": {
      const power = numberIn(device, "power");
      return (
        <Tile
          device={device}
          icon="energy"
          value={power === undefined ? "– W" : watts(power)}
        />
      );
    }
    case "probe": {
      const current = numberIn(device, "current");
      return (
        <Tile
          device={device}
          icon="thermometer"
          value={current === undefined ? "– °C" : celsius(current)}
        />
      );
    }
    case "alarm":
      return (
        <Tile
          device={device}
          icon="alarm"
          look={state["alarm"] === "ON" ? "danger" : ""}
        />
      );
    case "breaker":
      return (
        <Tile
          device={device}
          icon="energy"
          look={state["state"] === "ON" ? "danger" : ""}
        />
      );
    default:
      return (
        <Tile
          device={device}
          icon="contact"
          look={state["state"] === "ON" ? "on" : ""}
        />
      );
  }
}
