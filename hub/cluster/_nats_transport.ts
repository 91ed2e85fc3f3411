// Copyright 2026 the Wirekit authors. MIT license.

/** Connects to a NATS server, whatever its sockets do. */

import {
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  setTransportFactory,
} from "@nats-io/transport-node";
import {
  nodeResolveHost,
  NodeTransport,
} from "@nats-io/transport-node/lib/node_transport.js";

type Socket = Awaited<ReturnType<NodeTransport["dial"]>>;

/**
 * NATS's transport, whose sockets always have a listener for errors. Its own
 * takes all listeners away when it gives up a socket. If the server resets the
 * connection then, as it may after it has refused a secret, nobody hears the
 * error, which ends the process.
 */
class SafeTransport extends NodeTransport {
  override async dial(host: Parameters<NodeTransport["dial"]>[0]) {
    return guard(await super.dial(host));
  }

  override async tlsFirst(host: Parameters<NodeTransport["tlsFirst"]>[0]) {
    return guard(await super.tlsFirst(host));
  }

  override async startTLS() {
    return guard(await super.startTLS());
  }
}

function guard<T extends Socket>(socket: T): T {
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (...events) => {
    remove(...events);
    return socket.on("error", () => {});
  };
  return socket.on("error", () => {});
}

/** Connects as `connect()` of the package does. */
export function connectSafely(
  options: NodeConnectionOptions,
): Promise<NatsConnection> {
  setTransportFactory({
    factory: () => new SafeTransport(),
    dnsResolveFn: nodeResolveHost,
  });
  return NatsConnectionImpl.connect(options);
}
