/** The broker cannot listen where it was told to: the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(cause: Error, { host, port, option }: { host: string; port: number; option: string }) {
    const code = "code" in cause ? String(cause.code) : cause.message;
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${port} on ${host} is in use: stop what listens there, or choose another with ${option} (0 = free)`,
      EACCES: `port ${port} on ${host} needs rights that this user has not: choose one above 1023 with ${option}`,
      EADDRNOTAVAIL: `${host} is no address of this machine: choose another with --host, for example 127.0.0.1`,
      ENOTFOUND: `${host} is not known as a host: choose another with --host, for example 127.0.0.1`,
    };
    super(reasons[code] ?? `cannot listen on ${host}:${port} (${code})`, { cause });
  }
}
