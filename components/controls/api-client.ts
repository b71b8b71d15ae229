import type { ApiError } from "#contract/api.ts";

export type ApiMethod = "GET" | "POST" | "PUT" | "DELETE";

export type ApiAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly message: string; readonly parameter: string | null };

const unreachable: ApiAnswer = {
  ok: false,
  status: 0,
  message: "the server does not answer; look whether dedupscope still runs",
  parameter: null,
};

function isApiError(body: unknown): body is ApiError {
  return typeof body === "object" && body !== null && "error" in body;
}

/** One call of the HTTP API; refusals and an absent server come back as answers, never as exceptions. */
export async function callApi(
  method: ApiMethod,
  path: string,
  options: { readonly body?: unknown; readonly token?: string | null } = {},
): Promise<ApiAnswer> {
  const headers = new Headers();
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (options.token !== undefined && options.token !== null) headers.set("Authorization", `Bearer ${options.token}`);
  try {
    const response = await fetch(path, {
      method,
      headers,
      cache: "no-store",
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, body };
    const known = isApiError(body) ? body.error : undefined;
    return {
      ok: false,
      status: response.status,
      message: known?.message ?? `the server answered ${response.status} without a reason`,
      parameter: known?.parameter ?? null,
    };
  } catch {
    return unreachable;
  }
}
