// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The part of `npm:mqtt` that is used. Its own types include those of Node,
 * which change the global types of every file that is checked with it.
 */

/** Options of the connection. */
export interface ClientOptions {
  clientId: string;
  clean: boolean;
  connectTimeout: number;
  keepalive: number;
  reconnectPeriod: number;
  resubscribe: boolean;
  queueQoSZero: boolean;
  timerVariant: "native";
  will: { topic: string; payload: string; qos: 1; retain: boolean };
  username?: string;
  password?: string;
  ca?: string;
  cert?: string;
  key?: string;
}

/** A client of a broker. */
export interface MqttClient {
  on(event: "connect" | "close", heard: () => void): void;
  on(event: "error", heard: (error: Error) => void): void;
  on(
    event: "message",
    heard: (
      topic: string,
      payload: Uint8Array,
      packet: { retain: boolean },
    ) => void,
  ): void;
  subscribe(
    topics: string[],
    options: { qos: 1 },
    done: (
      error: Error | null,
      granted?: { topic: string; qos: number }[],
    ) => void,
  ): void;
  publish(
    topic: string,
    payload: string,
    options: { qos: 1; retain: boolean },
    done: (error?: Error | null) => void,
  ): void;
  end(force: boolean, options: object, done: () => void): void;
}

/** The library. */
export interface Library {
  connect(url: string, options: ClientOptions): MqttClient;
}

declare const library: Library;
export default library;
