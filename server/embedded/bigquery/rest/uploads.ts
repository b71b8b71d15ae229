/**
 * Load jobs by upload: multipart (one request) and resumable (a session and its chunks).
 * https://cloud.google.com/bigquery/docs/reference/api-uploads
 */
import { randomUUID } from "node:crypto";
import { BigQueryError } from "../errors.ts";
import { runLoad } from "../storage/loads.ts";
import type { LoadSettings } from "../storage/loads.ts";
import type { Job } from "../storage/jobs.ts";
import { jobResource } from "./job-runner.ts";
import { booleanAt, isObject, numberAt, objectAt, ok, oneOf, required, stringAt } from "./request.ts";
import { readDestination } from "./destination.ts";
import type { ApiResponse, JsonObject } from "./request.ts";
import type { Server } from "./server-context.ts";
import { readFields } from "./tables.ts";

export const uploadBytesMax = 100 * 1024 * 1024;
const sessionsMax = 100;

export interface UploadRequest {
  method: string;
  project: string;
  query: URLSearchParams;
  contentType: string;
  contentRange: string | undefined;
  host: string;
  body: Buffer;
}

interface Session {
  metadata: JsonObject;
  chunks: Buffer[];
  bytes: number;
}

/** Uploads under way; a session lives until its last chunk, or until a hundred newer ones began. */
export class Uploads {
  private readonly sessions = new Map<string, Session>();

  async handle(server: Server, request: UploadRequest): Promise<ApiResponse> {
    const type = request.query.get("uploadType");
    if (request.method === "POST" && type === "multipart") {
      const { metadata, data } = parseMultipart(request);
      return ok(await startLoad(server, request.project, metadata, data));
    }
    if (request.method === "POST" && type === "resumable") return this.open(request);
    if (request.method === "PUT") return this.append(server, request);
    throw new BigQueryError("invalid", `The upload type ${type ?? "(none)"} is not supported by the embedded server`);
  }

  private open(request: UploadRequest): ApiResponse {
    const metadata = parseMetadata(request.body);
    const [oldest] = this.sessions.keys();
    if (this.sessions.size >= sessionsMax && oldest !== undefined) this.sessions.delete(oldest);
    const id = randomUUID();
    this.sessions.set(id, { metadata, chunks: [], bytes: 0 });
    const path = `/upload/bigquery/v2/projects/${encodeURIComponent(request.project)}/jobs`;
    const location = `http://${request.host}${path}?uploadType=resumable&upload_id=${id}`;
    return { status: 200, body: {}, headers: { location, "x-guploader-uploadid": id } };
  }

  private async append(server: Server, request: UploadRequest): Promise<ApiResponse> {
    const id = required(request.query.get("upload_id") ?? undefined, "upload_id");
    const session = this.sessions.get(id);
    if (session === undefined) throw new BigQueryError("notFound", `Not found: upload session ${id}`);
    const range = parseRange(request.contentRange, request.body.length);
    if (request.body.length > 0) {
      if (range.start !== session.bytes) {
        throw new BigQueryError("invalid", `The chunk starts at byte ${range.start}, expected ${session.bytes}`);
      }
      session.chunks.push(request.body);
      session.bytes += request.body.length;
    }
    if (session.bytes > uploadBytesMax) throw tooLarge();
    if (range.total === undefined || session.bytes < range.total) {
      const headers: Record<string, string> = session.bytes === 0 ? {} : { range: `bytes=0-${session.bytes - 1}` };
      return { status: 308, body: undefined, headers };
    }
    this.sessions.delete(id);
    return ok(await startLoad(server, request.project, session.metadata, Buffer.concat(session.chunks)));
  }
}

function tooLarge(): BigQueryError {
  return new BigQueryError(
    "requestTooLarge",
    `Uploads of more than ${uploadBytesMax} bytes are not supported by the embedded server`,
  );
}

/** `bytes 0-99/100`, `bytes 0-99/*`, `bytes *` with a total; without the header the body is everything. */
function parseRange(header: string | undefined, length: number): { start: number; total: number | undefined } {
  if (header === undefined) return { start: 0, total: length };
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header);
  if (match === null) throw new BigQueryError("invalid", `Malformed Content-Range: ${header}`);
  return { start: Number(match[1] ?? "0"), total: match[2] === "*" ? undefined : Number(match[2]) };
}

function parseMetadata(body: Buffer): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    if (isObject(parsed)) return parsed;
  } catch {
    // Said below, as for any other text that is not an object.
  }
  throw new BigQueryError("badRequest", "Parse Error: the upload's metadata is not a JSON object");
}

function parseMultipart(request: UploadRequest): { metadata: JsonObject; data: Buffer } {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(request.contentType);
  const fence = boundary?.[1] ?? boundary?.[2];
  if (fence === undefined)
    throw new BigQueryError("badRequest", "A multipart upload needs a boundary in its Content-Type");
  const parts = splitParts(request.body, Buffer.from(`--${fence}`));
  const [metadata, data] = parts;
  if (metadata === undefined || data === undefined || parts.length !== 2) {
    throw new BigQueryError("badRequest", "A multipart upload needs two parts: the job and the data");
  }
  return { metadata: parseMetadata(metadata), data };
}

/** The bodies of the parts: what stands between a part's empty line and the line break before the next fence. */
function splitParts(body: Buffer, fence: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(fence);
  while (start >= 0) {
    const begin = start + fence.length;
    const next = body.indexOf(Buffer.concat([Buffer.from("\r\n"), fence]), begin);
    if (next < 0) break;
    const head = body.indexOf("\r\n\r\n", begin);
    if (head >= 0 && head < next + 1) parts.push(body.subarray(head + 4, Math.max(next, head + 4)));
    start = next + 2;
  }
  return parts;
}

const plainSettings = new Set([
  "destinationTable",
  "schema",
  "sourceFormat",
  "writeDisposition",
  "createDisposition",
  "skipLeadingRows",
  "fieldDelimiter",
  "quote",
  "allowQuotedNewlines",
  "allowJaggedRows",
  "nullMarker",
  "ignoreUnknownValues",
  "maxBadRecords",
  "encoding",
]);

/** Whatever else is set would change what the load does. */
function refuseOthers(load: JsonObject): void {
  for (const [name, value] of Object.entries(load)) {
    const isEmpty =
      value === null ||
      value === false ||
      value === 0 ||
      value === "0" ||
      value === "" ||
      (Array.isArray(value) && value.length === 0);
    if (!plainSettings.has(name) && !isEmpty) {
      throw new BigQueryError("invalid", `The setting ${name} of a load is not supported by the embedded server`);
    }
  }
  const encoding = stringAt(load, "encoding");
  if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8") {
    throw new BigQueryError("invalid", `The encoding ${encoding} is not supported by the embedded server`);
  }
}

function readSettings(project: string, load: JsonObject): LoadSettings {
  refuseOthers(load);
  const format = oneOf(stringAt(load, "sourceFormat") ?? "CSV", ["CSV", "NEWLINE_DELIMITED_JSON"], "sourceFormat");
  const maxBadRecords = numberAt(load, "maxBadRecords") ?? 0;
  if (format === "CSV" && maxBadRecords > 0)
    throw new BigQueryError("invalid", "maxBadRecords is not supported with CSV by the embedded server");
  return {
    ...readDestination(project, load, "WRITE_APPEND"),
    format,
    fields: load.schema === undefined || load.schema === null ? undefined : readFields(load.schema),
    ignoreUnknownValues: booleanAt(load, "ignoreUnknownValues"),
    maxBadRecords,
    csv: {
      delimiter: readDelimiter(stringAt(load, "fieldDelimiter")),
      quote: stringAt(load, "quote") ?? '"',
      allowQuotedNewlines: booleanAt(load, "allowQuotedNewlines"),
      skipLeadingRows: numberAt(load, "skipLeadingRows") ?? 0,
      nullMarker: stringAt(load, "nullMarker") || undefined,
      allowJaggedRows: booleanAt(load, "allowJaggedRows"),
    },
  };
}

function readDelimiter(delimiter: string | undefined): string {
  if (delimiter === undefined || delimiter === "") return ",";
  return delimiter === "\\t" || delimiter.toLowerCase() === "tab" ? "\t" : delimiter;
}

async function startLoad(server: Server, project: string, metadata: JsonObject, data: Buffer): Promise<JsonObject> {
  const configuration = objectAt(metadata, "configuration") ?? {};
  const load = objectAt(configuration, "load");
  if (load === undefined) throw new BigQueryError("invalid", "An upload needs configuration.load");
  const settings = readSettings(project, load);
  const reference = objectAt(metadata, "jobReference") ?? {};
  const job: Job = await server.jobs.start(
    {
      project,
      jobId: stringAt(reference, "jobId"),
      requestId: undefined,
      location: stringAt(reference, "location"),
      configuration: { ...configuration, jobType: "LOAD" },
    },
    async (record) => {
      const context = { catalog: server.catalog, engine: server.engine };
      const outcome = await runLoad(context, settings, data, record);
      return { outcome, columns: [], rows: [] };
    },
  );
  await job.done;
  return jobResource(job);
}
