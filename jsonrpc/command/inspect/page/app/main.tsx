// Copyright 2026 the Wirekit authors. MIT license.

/** Where the page begins. */
import { render } from "preact";
import { Page } from "./page.tsx";

render(<Page />, document.getElementById("page")!);
