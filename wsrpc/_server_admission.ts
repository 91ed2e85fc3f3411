// Copyright 2026 the Wirekit authors. MIT license.

import {
  Admission,
  type AdmissionOptions,
  type Admitted,
  type RequestInfo,
} from "@wirekit/transport/admission";
import type { Reports } from "./connection/_reports.ts";
import type { ServerHooks } from "./server_options.ts";

/**
 * The admission rules of a server. They report their decisions to its hooks.
 */
export class ServerAdmission<State, P> extends Admission<State> {
  readonly #reports: Reports<P | undefined, ServerHooks<P>>;

  /** Makes the rules. */
  constructor(
    options: AdmissionOptions<State>,
    reports: Reports<P | undefined, ServerHooks<P>>,
  ) {
    const { authorize } = options;
    super(
      authorize
        ? {
          ...options,
          async authorize(request, info) {
            try {
              return await authorize(request, info);
            } catch (error) {
              reports.guard(
                undefined,
                () => reports.hooks.error?.(undefined, error),
              );
              throw error;
            }
          },
        }
        : options,
    );
    this.#reports = reports;
  }

  /** Decides about a request. */
  override decide(
    request: Request,
    info?: Partial<RequestInfo>,
  ): Admitted<State> | Response | Promise<Admitted<State> | Response> {
    const reported = (admitted: Admitted<State> | Response) => {
      const { hooks } = this.#reports;
      this.#reports.guard(undefined, () => {
        if (admitted instanceof Response) {
          hooks.authFail?.(request, admitted.status);
        } else hooks.authSuccess?.(request);
      });
      return admitted;
    };
    const decided = super.decide(request, info);
    return decided instanceof Promise
      ? decided.then(reported)
      : reported(decided);
  }
}
