import type { z } from "zod";
import { DedupscopeError } from "../../shared/errors.ts";

/** Validates a body; the first problem is reported with the parameter's name, the value and what was expected. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const name = unknown ?? issue?.path.join(".") ?? "";
  const given = name === "" ? body : (body as Record<string, unknown>)[name];
  const message = `${name === "" ? "the body" : name} = ${shorten(given)}: ${issue?.message ?? "not accepted"}`;
  throw new DedupscopeError("bad-request", message, name === "" ? {} : { parameter: name });
}

const shownCharactersMax = 80;

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text;
}
