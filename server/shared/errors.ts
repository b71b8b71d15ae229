/** Every refusal that a person or a program may see; translated to HTTP or an exit code only at the edge. */
export type ErrorCode =
  | "bad-configuration"
  | "bad-request"
  | "body-too-large"
  | "not-found"
  | "cannot-act-now"
  | "forbidden"
  | "port-in-use"
  | "data-directory"
  | "already-running"
  | "broker-unreachable"
  | "broker-refused"
  | "warehouse-unreachable"
  | "process-failed"
  | "checkpoint-damaged"
  | "data-lost"
  | "data-damaged";

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

/** `object` with every method's errors told as a data-directory error: `what` (a file and its remedy) and why. */
export function namingErrors<T extends object>(object: T, what: string): T {
  const methods = Object.entries(object).map(([name, method]: [string, unknown]) => {
    if (typeof method !== "function") return [name, method];
    const named = (...args: readonly unknown[]): unknown => {
      try {
        return Reflect.apply(method, object, args) as unknown;
      } catch (error) {
        if (error instanceof DedupscopeError) throw error;
        throw new DedupscopeError("data-directory", `${what}: ${messageOf(error)}`, { cause: error });
      }
    };
    return [name, named];
  });
  return Object.fromEntries(methods) as T;
}

/** The message of anything that was thrown, without a stack trace. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
