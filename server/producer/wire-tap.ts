import { ConnectionTap, type TapContext } from "./connection-tap.ts";
import type { ClosedConnections } from "./resolver-rules.ts";

/** Closed connections that are remembered for the fence; older ones have been resolved long ago. */
const closedConnectionsMax = 10_000;

/** Numbers the connections of this incarnation and remembers when each was closed. */
export class WireTap implements ClosedConnections {
  readonly #context: TapContext;
  readonly #closedAt = new Map<number, number>();
  #connections = 0;

  constructor(context: TapContext) {
    this.#context = context;
  }

  open(): ConnectionTap {
    this.#connections += 1;
    return new ConnectionTap(this.#connections, this.#context, (connection) => this.#close(connection));
  }

  lastAttemptIdAtClose(connection: number): number | undefined {
    return this.#closedAt.get(connection);
  }

  #close(connection: number): void {
    if (this.#closedAt.has(connection)) return;
    this.#closedAt.set(connection, this.#context.journal.lastAttemptId());
    if (this.#closedAt.size <= closedConnectionsMax) return;
    const oldest = this.#closedAt.keys().next().value;
    if (oldest !== undefined) this.#closedAt.delete(oldest);
  }
}
