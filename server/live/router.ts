import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "#contract/limits.ts";
import { DedupscopeError, messageOf, type ErrorCode } from "../shared/errors.ts";
import type { Logger } from "../shared/logger.ts";
import { judgeControl, judgeRequest, type AccessPolicy, type Refusal, type RequestFacts } from "./access.ts";
import { routes } from "./api/index.ts";
import type { ApiAnswer, Route } from "./api/route.ts";
import type { ControlRoom } from "./control-room.ts";

const statusByCode: Readonly<Record<ErrorCode, number>> = {
  "bad-configuration": 400,
  "bad-request": 400,
  "body-too-large": 413,
  "not-found": 404,
  "cannot-act-now": 409,
  forbidden: 403,
  "port-in-use": 500,
  "data-directory": 500,
  "already-running": 409,
  "broker-unreachable": 503,
  "broker-refused": 502,
  "warehouse-unreachable": 503,
  "process-failed": 503,
  "checkpoint-damaged": 500,
  "data-lost": 500,
  "data-damaged": 500,
};

export function factsOf(request: IncomingMessage): RequestFacts {
  const { host, origin, authorization } = request.headers;
  return { host, origin, authorization };
}

interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

/** Finds the route of a path; undefined when no pattern fits, an array of methods when only the method does not. */
export function matchRoute(method: string, pathname: string): Match | readonly string[] | undefined {
  const parts = pathname.split("/");
  const otherMethods: string[] = [];
  for (const route of routes) {
    const path = matchPattern(route.pattern.split("/"), parts);
    if (path === undefined) continue;
    if (route.method === method) return { route, path };
    otherMethods.push(route.method);
  }
  return otherMethods.length > 0 ? otherMethods : undefined;
}

function matchPattern(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (expected.startsWith(":") && part !== "") path[expected.slice(1)] = decode(part);
    else if (expected !== part) return undefined;
  }
  return path;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new DedupscopeError("bad-request", `"${part}" in the address is not valid percent-encoding`);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: a client that is still sending would not see the answer.
    if (bytes <= limits.requestBodyBytesMax) chunks.push(chunk);
  }
  if (bytes > limits.requestBodyBytesMax) {
    const message = `the body has ${bytes} bytes; at most ${limits.requestBodyBytesMax} are taken`;
    throw new DedupscopeError("body-too-large", message);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new DedupscopeError("bad-request", `the body is not JSON: ${JSON.stringify(text.slice(0, 60))}`);
  }
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    "Content-Type": answer.contentType ?? "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    ...answer.headers,
  });
  response.end(text);
}

/** SQLite's errors: a full disk, a damaged file, rights. */
function isStorageError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

function refusal(status: number, code: string, message: string, parameter?: string): ApiAnswer {
  return { status, body: { error: { code, message, ...(parameter === undefined ? {} : { parameter }) } } };
}

function refuseControl({ status, message }: Refusal): ApiAnswer {
  const answered = refusal(status, "forbidden", message);
  return status === 401 ? { ...answered, headers: { "WWW-Authenticate": "Bearer" } } : answered;
}

export interface RouterDependencies {
  readonly room: ControlRoom;
  readonly policy: () => AccessPolicy;
  readonly logger: Logger;
}

/** Answers API requests; returns false when the address is a page's and not ours. */
export function createRouter({ room, policy, logger }: RouterDependencies) {
  async function answer(request: IncomingMessage, url: URL): Promise<ApiAnswer> {
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    const match = matchRoute(method, url.pathname);
    if (match === undefined) return refusal(404, "not-found", `${url.pathname} does not exist`);
    if (!("route" in match)) {
      const answered = refusal(405, "method-not-allowed", `${method} is not accepted here; use ${match.join(" or ")}`);
      return { ...answered, headers: { Allow: match.join(", ") } };
    }
    if (match.route.controls) {
      const judgement = judgeControl(factsOf(request), policy());
      if (!judgement.allowed) return refuseControl(judgement);
    }
    const body = match.route.method === "GET" ? {} : await readBody(request);
    return match.route.handle({ path: match.path, query: url.searchParams, body, room });
  }

  function failure(error: unknown): ApiAnswer {
    if (error instanceof DedupscopeError) {
      return refusal(statusByCode[error.code], error.code, error.message, error.parameter);
    }
    if (isStorageError(error)) {
      const message = `the data directory cannot be read or written (${messageOf(error)}); make room on its disk`;
      return refusal(500, "data-directory", message);
    }
    logger.error({ err: error }, "an API call failed");
    return refusal(500, "internal", "something went wrong inside the server; its log says what");
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const judgement = judgeRequest(factsOf(request), policy());
    if (!judgement.allowed) {
      send(response, refusal(judgement.status, "forbidden", judgement.message));
      return true;
    }
    const url = URL.parse(request.url ?? "/", "http://localhost");
    if (url === null) {
      send(response, refusal(400, "bad-request", `"${request.url ?? ""}" is not an address`));
      return true;
    }
    if (!/^\/(?:api(?:\/.*)?|healthz|metrics)$/.test(url.pathname)) return false;
    try {
      send(response, await answer(request, url));
    } catch (error) {
      send(response, failure(error));
    }
    return true;
  };
}
