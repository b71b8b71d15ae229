/** Every refusal that a person or a program may see; translated to HTTP or an exit code only at the edge. */
export type ErrorCode =
  | "bad-configuration"
  | "bad-request"
  | "not-found"
  | "cannot-act-now"
  | "forbidden"
  | "port-in-use"
  | "data-directory"
  | "already-running"
  | "broker-unreachable"
  | "warehouse-unreachable"
  | "process-failed"
  | "checkpoint-damaged"
  | "data-lost";

export class DedupscopeError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;
  /** Name of the offending parameter, where there is one. */
  readonly parameter: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly retriable?: boolean; readonly parameter?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "DedupscopeError";
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.parameter = options.parameter;
  }
}

/** The message of anything that was thrown, without a stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
