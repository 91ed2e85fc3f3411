// Copyright 2026 the Wirekit authors. MIT license.

/** What is shown to those who are not let in. */
import type { JSX } from "preact";
import * as Gate from "../../../pages/app/gate.tsx";
import { Icon } from "./icons.tsx";
import type { Model } from "./model.ts";

function Mark(): JSX.Element {
  return (
    <span class="mark">
      <Icon name="home" />
    </span>
  );
}

/** Asks for the token. */
export function SignIn({ model }: { model: Model }): JSX.Element {
  return (
    <Gate.SignIn
      mark={<Mark />}
      title="Sign in"
      signIn={(token) => model.signIn(token)}
    />
  );
}

/** Says why nobody is let in from here. */
export function Refusal({ model }: { model: Model }): JSX.Element {
  return (
    <Gate.Refusal
      mark={<Mark />}
      title="This page is closed to you"
      reason={model.refusal}
    />
  );
}
