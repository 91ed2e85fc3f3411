// Copyright 2026 the Wirekit authors. MIT license.

/** The door of the page, where the hub asks for a token. */
import type { JSX } from "preact";
import * as Gate from "../../../pages/app/gate.tsx";
import { Mark } from "./header.tsx";
import type { Model } from "./model.ts";

/** Asks for the token. */
export function SignIn({ model }: { model: Model }): JSX.Element {
  return (
    <Gate.SignIn
      mark={<Mark />}
      title="Sign in to this hub"
      note="It asks for a token. This page shows what the token's rights allow, and forgets it when you sign out."
      signIn={(token) => model.signIn(token)}
    />
  );
}

/** Says why the hub lets nobody in from here. */
export function Refusal({ model }: { model: Model }): JSX.Element {
  return (
    <Gate.Refusal
      mark={<Mark />}
      title="This hub does not let you in"
      reason={model.refusal}
      again={() => void model.signOut()}
    />
  );
}
