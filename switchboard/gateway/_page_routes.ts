// Copyright 2026 the Wirekit authors. MIT license.

import { BadDataError } from "./_faults.ts";
import type { PlantOrder } from "./_page_module.ts";
import type { GatewayRoute } from "./_route.ts";

/** The routes of a gateway whose plant has a page. */
export const PAGE_ROUTES: Readonly<Record<string, GatewayRoute>> = {
  "plant.state": {
    description:
      "Says what the page of the plant shows. since: the now of an " +
      "earlier answer, for what has changed",
    params: { since: { type: "string" } },
    readOnly: true,
    run: async ({ since }, { view }) =>
      await view().report(typeof since === "string" ? since : ""),
  },
  "plant.order": {
    description: "Starts an order of the page of the plant: id of a device " +
      "such as light_12, text such as ON, part such as position",
    params: {
      id: { type: "string" },
      text: { type: "string" },
      part: { type: "string" },
    },
    required: ["id", "text"],
    async run({ id, text, part = "" }, { name: plant, view }) {
      for (const [name, value] of Object.entries({ id, text, part })) {
        if (typeof value === "string") continue;
        throw new BadDataError(`${name} has to be a string.`);
      }
      const order = { plant, id, part, text } as PlantOrder;
      await view().order(order);
      return null;
    },
  },
};
