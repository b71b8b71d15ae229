import type { ControlRoom } from "../control-room.ts";

export interface ApiRequest {
  /** Named parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body; `{}` when there is none. */
  readonly body: unknown;
  readonly room: ControlRoom;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Absent: JSON. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call of the HTTP API. `controls` says that it changes something and needs the right to. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/api/faults/:kind` */
  readonly pattern: string;
  readonly controls: boolean;
  readonly handle: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;
}

export const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
