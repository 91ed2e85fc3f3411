// Copyright 2026 the Wirekit authors. MIT license.

import { type RequestInfo, wantsWebSocket } from "@wirekit/transport/admission";
import type { Limits, Transport } from "@wirekit/transport/transport";
import type { Contract } from "../contract/contract.ts";
import { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";
import { LENIENT } from "../wire/_lenient.ts";
import { jsonCodec } from "../wire/codec.ts";
import type { Door } from "./_admission.ts";
import { answerHttp } from "./_http.ts";
import { Methods } from "./methods.ts";

/** The options of a handler, checked already. */
type HandlerOptions<C extends Contract, State> =
  & Omit<PeerOptions<C, State>, "state" | "handshake" | "codec">
  & Limits;

/** Makes the handler of a server. */
export function handlerOf<C extends Contract, State>(
  options: HandlerOptions<C, State>,
  door: Door<State>,
  onPeer: (peer: Peer<C, State>) => void,
): (request: Request, info?: Partial<RequestInfo>) => Promise<Response> {
  const { idleTimeout = 30_000, ...rest } = options;
  const { maxMessageBytes, maxInboxBytes, maxOutboxBytes } = options;
  const methods = options.methods ?? new Methods<State>();
  return async (request, info = {}) => {
    if (!wantsWebSocket(request)) {
      return await answerHttp(request, info, door, { ...options, methods });
    }
    const accepted = await door.admission.accept(request, info, {
      ...(maxMessageBytes !== undefined && { maxMessageBytes }),
      ...(maxInboxBytes !== undefined && { maxInboxBytes }),
      ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
      idleTimeout,
      otherFrames: LENIENT.otherFrames,
      format: (protocol) =>
        door.codecOf(protocol) ? "binary" as "text" : "text",
    });
    if (accepted instanceof Response) return accepted;
    const { response, transport, protocol, state } = accepted;
    const codec = door.codecOf(protocol) ?? jsonCodec;
    const peer = new Peer<C, State>(transport as Transport, {
      ...rest,
      methods,
      ...state,
      codec,
    });
    onPeer(peer);
    return response;
  };
}
