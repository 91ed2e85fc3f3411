// Copyright 2026 the Wirekit authors. MIT license.
import { Router } from "./_router.ts";
import { testRouter } from "./testdata/router.ts";

testRouter("Router", Router);
