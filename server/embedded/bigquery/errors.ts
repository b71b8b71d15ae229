/**
 * The one error of the embedded BigQuery, in BigQuery's own terms.
 * Reasons and status codes: https://cloud.google.com/bigquery/docs/error-messages
 */
const statusOfReason = {
  invalid: 400,
  invalidQuery: 400,
  badRequest: 400,
  required: 400,
  resourceInUse: 400,
  responseTooLarge: 403,
  notFound: 404,
  duplicate: 409,
  conditionNotMet: 412,
  requestTooLarge: 413,
  stopped: 400,
  notImplemented: 501,
  internalError: 500,
  backendError: 503,
  rateLimitExceeded: 403,
} as const;

export type ErrorReason = keyof typeof statusOfReason;

export interface ErrorProto {
  reason: string;
  message: string;
  location?: string;
  locationType?: string;
}

export class BigQueryError extends Error {
  readonly reason: ErrorReason;
  readonly location: string | undefined;

  constructor(reason: ErrorReason, message: string, options: { location?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BigQueryError";
    this.reason = reason;
    this.location = options.location;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return statusOfReason[this.reason];
  }

  /** The ErrorProto that stands in jobs and in `error.errors`. */
  proto(): ErrorProto {
    const proto: ErrorProto = { reason: this.reason, message: this.message };
    if (this.location !== undefined) proto.location = this.location;
    return proto;
  }

  /** The body of an HTTP answer: `{ error: { code, message, errors, status } }`. */
  body(): Record<string, unknown> {
    const errors = [{ ...this.proto(), domain: "global" }];
    return { error: { code: this.status, message: this.message, errors, status: statusNames[this.status] } };
  }
}

const statusNames: Record<number, string> = {
  400: "INVALID_ARGUMENT",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  412: "FAILED_PRECONDITION",
  413: "FAILED_PRECONDITION",
  500: "INTERNAL",
  501: "UNIMPLEMENTED",
  503: "UNAVAILABLE",
};

/** Any thrown value as a BigQueryError; what is not ours becomes internalError, which clients retry. */
export function toBigQueryError(error: unknown): BigQueryError {
  if (error instanceof BigQueryError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BigQueryError("internalError", `Internal error of the embedded server: ${message}`, { cause: error });
}
