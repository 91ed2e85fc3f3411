// Copyright 2026 the Wirekit authors. MIT license.
import { Router } from "./_router.ts";
import { runMany } from "./testdata/model.ts";

Deno.test("Router agrees with a plain model under random operations", () => {
  runMany(100, 300, () => ({ routers: [new Router()], settle() {} }));
});
