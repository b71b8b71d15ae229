/** HTTP in front of the router: bodies, their limits, JSON and errors. */
import { createServer } from "node:http";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { BigQueryError, toBigQueryError } from "../errors.ts";
import { isObject } from "./request.ts";
import type { ApiResponse, JsonObject } from "./request.ts";
import { route } from "./router.ts";
import type { Server } from "./server-context.ts";
import { uploadBytesMax, Uploads } from "./uploads.ts";

/** https://cloud.google.com/bigquery/quotas#streaming_inserts: 10 MB a request. */
const bodyBytesMax = 10 * 1024 * 1024;
const prefix = "/bigquery/v2/";
const uploadPattern = /^(?:\/resumable)?\/upload\/bigquery\/v2\/projects\/([^/]+)\/jobs$/;

export function createHttpServer(server: Server): HttpServer {
  const uploads = new Uploads();
  return createServer((incoming, outgoing) => {
    void answer(server, uploads, incoming).then(
      (response) => send(outgoing, response),
      (error: unknown) => {
        const failure = toBigQueryError(error);
        send(outgoing, { status: failure.status, body: failure.body() });
      },
    );
  });
}

async function answer(server: Server, uploads: Uploads, incoming: IncomingMessage): Promise<ApiResponse> {
  const url = new URL(incoming.url ?? "/", "http://localhost");
  const project = uploadPattern.exec(url.pathname)?.[1];
  if (project !== undefined) return answerUpload(server, uploads, { incoming, url, project: decodeSegment(project) });
  const body = await readBody(incoming, bodyBytesMax);
  if (!url.pathname.startsWith(prefix)) throw new BigQueryError("notFound", `Not found: ${url.pathname}`);
  await server.engine.removeExpired();
  const segments = url.pathname.slice(prefix.length).split("/").map(decodeSegment);
  return route(server, {
    method: incoming.method ?? "GET",
    segments,
    query: url.searchParams,
    body: parseJson(body),
    ifMatch: incoming.headers["if-match"],
  });
}

async function answerUpload(
  server: Server,
  uploads: Uploads,
  upload: { incoming: IncomingMessage; url: URL; project: string },
): Promise<ApiResponse> {
  const { incoming, url, project } = upload;
  const { headers, socket } = incoming;
  const body = await readBody(incoming, uploadBytesMax);
  await server.engine.removeExpired();
  return uploads.handle(server, {
    method: incoming.method ?? "GET",
    project,
    query: url.searchParams,
    contentType: headers["content-type"] ?? "",
    contentRange: headers["content-range"],
    host: headers.host ?? `${socket.localAddress ?? "127.0.0.1"}:${socket.localPort ?? 0}`,
    body,
  });
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new BigQueryError("invalid", `Malformed path segment ${segment}`, { cause: error });
  }
}

async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client gets the answer and not a reset.
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  if (bytes > bytesMax) {
    throw new BigQueryError("requestTooLarge", `Request payload size exceeds the limit: ${bytesMax} bytes.`);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new BigQueryError("badRequest", "Parse Error: the body is not JSON", { cause: error });
  }
  if (!isObject(parsed)) throw new BigQueryError("badRequest", "Parse Error: the body must be a JSON object");
  return parsed;
}

function send(outgoing: ServerResponse, response: ApiResponse): void {
  const text = response.body === undefined ? "" : JSON.stringify(response.body);
  const headers = { "content-type": "application/json; charset=UTF-8", ...response.headers };
  outgoing.writeHead(response.status, { ...headers, "content-length": Buffer.byteLength(text) });
  outgoing.end(text);
}
