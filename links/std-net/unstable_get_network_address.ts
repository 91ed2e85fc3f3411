/** npm's `deno-std` has no `net`: an address that is not of this machine alone. */
export function getNetworkAddress(
  family: Deno.NetworkInterfaceInfo["family"] = "IPv4",
): string | undefined {
  const isLocal = family === "IPv4" ? /^127/ : /^(::1|fe80:.*)$/;
  return Deno.networkInterfaces().find((each) =>
    each.family === family && !isLocal.test(each.address)
  )?.address;
}
