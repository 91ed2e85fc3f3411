// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The units of values, by their names. */
export const UNITS: Readonly<Record<string, string>> = {
  celsius: " °C",
  percent: " %",
  level: " %",
  saturation: " %",
  value: " %",
  hue: "°",
  watts: " W",
  wattHours: " Wh",
  lux: " lux",
  mired: " mired",
  kelvin: " K",
  volts: " V",
  amperes: " A",
  hours: " h",
  minutes: " min",
  seconds: " s",
  days: " d",
};
