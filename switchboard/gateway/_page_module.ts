// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What the door of gateways needs of `@wirekit/openwebnet/page`, as it stands
 * there. It is not imported, so that only those load it who want the page.
 */

import type { Gateway, Home } from "@wirekit/openwebnet";

/**
 * An order of a person at a page.
 *
 * @category Doors
 */
export interface PlantOrder {
  /** The name of the plant. */
  readonly plant: string;
  /** The id of the device. */
  readonly id: string;
  /** The part of the device; empty for all of it. */
  readonly part: string;
  /** What is wanted. */
  readonly text: string;
}

/**
 * A report to a page: everything, or what has changed.
 *
 * @category Doors
 */
export interface PlantState {
  /** Names this state of affairs. */
  readonly now: string;
  /** Whether these are all devices. */
  readonly isWhole: boolean;
  /** The plants, and whether they can be reached. */
  readonly plants: readonly {
    readonly name: string;
    readonly isOnline: boolean;
    readonly isKnown: boolean;
    readonly fault?: string;
  }[];
  /** The devices. */
  // deno-lint-ignore no-explicit-any -- the door passes them on as they are
  readonly devices: readonly any[];
}

/**
 * What is known about plants.
 *
 * @category Doors
 */
export interface PlantsView extends AsyncDisposable {
  /** Tells what is known, or what has changed since an earlier report. */
  report(since?: string): PlantState;
  /** Waits until there is something new. */
  changed(since: string, timeout: number, signal: AbortSignal): Promise<void>;
  /** Starts to carry out an order. */
  order(order: PlantOrder): void;
}

/**
 * Where a page gets what it shows, and leaves its orders.
 *
 * @category Doors
 */
export interface PlantSource {
  /** Waits for news. */
  next(since: string, signal: AbortSignal): Promise<PlantState>;
  /** Takes an order. */
  order(order: PlantOrder): Promise<void>;
}

/**
 * The module `@wirekit/openwebnet/page`.
 *
 * @category Doors
 */
export interface PlantPageModule {
  /** What is known about plants. */
  readonly PlantView: new (
    gateways: Readonly<Record<string, Gateway>>,
    options: { home?: Home },
  ) => PlantsView;
  /** Reports that an order is not carried out. */
  readonly OrderError: new (message: string) => Error;
  /** Answers a request for a file of the page. */
  answerAsset(request: Request, path: string): Response | undefined;
  /** Answers a request for data of the page, or with an order. */
  answerPage(
    request: Request,
    path: string,
    source: PlantSource,
    stay: { signal: AbortSignal; opened(): void; closed(): void },
  ): Response | Promise<Response> | undefined;
}
