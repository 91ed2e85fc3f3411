export interface GetAvailablePortOptions {
  preferredPort?: number;
}

/** npm's `deno-std` has no `net`: the operating system picks, as in the real one. */
export function getAvailablePort(options?: GetAvailablePortOptions): number {
  try {
    using listener = Deno.listen({ port: options?.preferredPort ?? 0 });
    return (listener.addr as Deno.NetAddr).port;
  } catch (error) {
    if (!options?.preferredPort) throw error;
    return getAvailablePort();
  }
}
