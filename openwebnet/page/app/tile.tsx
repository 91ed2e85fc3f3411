// Copyright 2026 the Wirekit authors. MIT license.

/** What all tiles share. */
import type { ComponentChildren, JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { Device } from "./model.ts";
import { sentence, stateOf, wishOf } from "./words.ts";

/** Gives an order to the device of a tile. */
export type Give = (part: string, text: string) => void;

/** What a tile is made of. */
export interface TileProps {
  readonly device: Device;
  readonly give: Give;
}

type IconName = Parameters<typeof Icon>[0]["name"];

/** A tile: what the device is, what was asked of it, and what can be done. */
export function Tile({ device, icon, look = "", press, value, children }: {
  device: Device;
  icon: IconName;
  /** How it looks: `on`, `moves`, `heats`. */
  look?: string;
  /** Makes the head of the tile a switch. */
  press?: { isOn: boolean; act: () => void };
  /** What is shown large. */
  value?: ComponentChildren;
  children?: ComponentChildren;
}): JSX.Element {
  const { key, name, isThere, fault } = device;
  const id = `tile-${key}`;
  const wish = isThere ? wishOf(device) : undefined;
  const words = wish ?? stateOf(device);
  const head = (
    <>
      <span class="picture">
        <Icon name={icon} />
      </span>
      <span class="about">
        <span class="name" id={id}>{name}</span>
        {value !== undefined && <span class="value">{value}</span>}
        {(words || !isThere) && (
          <span class={wish ? "is wish" : "is"}>
            {isThere
              ? words
              : words
              ? `${words} · not reachable`
              : "Not reachable"}
          </span>
        )}
      </span>
    </>
  );
  const classes = [
    "tile",
    device.kind,
    look,
    wish && "asked",
    fault !== undefined && "failed",
    !isThere && "away",
  ].filter(Boolean).join(" ");
  return (
    <li class={classes} data-id={device.id} aria-busy={wish !== undefined}>
      {press
        ? (
          <button
            type="button"
            class="head"
            aria-pressed={press.isOn}
            disabled={!isThere}
            onClick={press.act}
          >
            {head}
          </button>
        )
        : <div class="head">{head}</div>}
      {children}
      {fault !== undefined && (
        <p class="fault">
          <Icon name="warning" />
          <span>{sentence(fault)}</span>
        </p>
      )}
    </li>
  );
}

/** A small button with a picture. */
export function Act({ device, label, icon, act, text }: {
  device: Device;
  label: string;
  icon?: IconName;
  act: () => void;
  text?: string;
}): JSX.Element {
  return (
    <button
      type="button"
      class="act"
      disabled={!device.isThere}
      aria-label={`${device.name}: ${label}`}
      title={label}
      onClick={act}
    >
      {icon && <Icon name={icon} />}
      {text}
    </button>
  );
}

/** How often a slider that is being moved gives an order, in milliseconds. */
const SLIDE_INTERVAL = 300;

/** A slider that shows what is wanted while it is moved, and else what is. */
export function Slider({ device, label, words, value, min, give }: {
  device: Device;
  label: string;
  /** What it is, if that is not the value. */
  words?: string | undefined;
  value: number | undefined;
  min: number;
  give: (value: number) => void;
}): JSX.Element {
  const [held, hold] = useState<number>();
  const sent = useRef({ at: 0, value: -1 });
  const { asked } = device;
  const wanted = asked && /^\d+$/.test(asked.text)
    ? Number(asked.text)
    : undefined;
  const isKnown = (held ?? wanted ?? value) !== undefined;
  const shown = held ?? wanted ?? value ?? min;
  function send(value: number): void {
    if (sent.current.value === value) return;
    sent.current = { at: Date.now(), value };
    give(value);
  }
  return (
    <input
      type="range"
      class={isKnown ? "slider" : "slider unknown"}
      min={min}
      max={100}
      step={1}
      value={shown}
      disabled={!device.isThere}
      aria-label={`${device.name}: ${label}`}
      aria-valuetext={isKnown
        ? held === undefined && words || `${shown} %`
        : "not known"}
      style={`--part:${100 * (shown - min) / (100 - min)}%`}
      onInput={({ currentTarget }) => {
        const value = Number(currentTarget.value);
        hold(value);
        if (Date.now() - sent.current.at > SLIDE_INTERVAL) send(value);
      }}
      onChange={({ currentTarget }) => {
        send(Number(currentTarget.value));
        sent.current.value = -1;
        hold(undefined);
      }}
    />
  );
}
