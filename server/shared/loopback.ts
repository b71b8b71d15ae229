import { isIPv4 } from "node:net";

/** Whether only this machine can reach the address. A name such as `127.example.org` is somebody else's. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" || name === "[::1]" || (isIPv4(name) && name.startsWith("127."));
}
