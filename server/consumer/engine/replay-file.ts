import { z } from "zod";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import { replayModes, replayStream, type ReplayMode } from "./replay.ts";

/** 31 December 9999: Spark's own dates end there. */
const eventTimeMsMax = 253_402_300_799_999;
/** Expiry times must fit 48 bits. */
const delayMsMax = 28_000_000_000_000;
const problemsShownMax = 5;
const shownLengthMax = 60;

const row = z.looseObject({ id: z.string(), ts: z.int().max(eventTimeMsMax) });
const stream = z.looseObject({
  name: z.string(),
  mode: z.string(),
  delayMs: z.int().min(0).max(delayMsMax),
  batches: z.array(z.looseObject({ rows: z.array(row) })),
  observed: z.array(z.looseObject({ input: z.int().min(0).nullable() })).nullish(),
});
const replayDocument = z.looseObject({ streams: z.array(stream) });
type Stream = z.infer<typeof stream>;

/** The same document with what this engine observed in every stream. Throws a sentence when it is no such document. */
export function replayText(text: string): string {
  const document = parseJson(text);
  const parsed = replayDocument.safeParse(document);
  if (!parsed.success)
    throw new DedupscopeError("bad-request", `not a file of streams: ${problemsOf(document, parsed.error.issues)}`);
  const streams = parsed.data.streams.map(replayed);
  return JSON.stringify({ ...parsed.data, streams });
}

function replayed({ observed, ...input }: Stream, index: number): object {
  if (observed !== undefined && observed !== null && observed.length > 0)
    return { ...input, observed: replayStream(input, { order: observed.map((batch) => batch.input) }) };
  if (!isMode(input.mode))
    throw new DedupscopeError(
      "bad-request",
      `streams[${index}].mode is ${shown(input.mode)}, which plans no batches; expected ${replayModes.join(" or ")}, ` +
        "or `observed` with the order of the batches",
    );
  return { ...input, observed: replayStream(input, { mode: input.mode }) };
}

function isMode(mode: string): mode is ReplayMode {
  return replayModes.some((known) => known === mode);
}

/** `streams[0].delayMs is -5: expected number to be >=0; …`, the first few. */
function problemsOf(document: unknown, issues: readonly z.core.$ZodIssue[]): string {
  const sentences = issues.slice(0, problemsShownMax).map(({ path, message }) => {
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], document);
    return `${placeOf(path)} is ${shown(value)}: ${message.replace(/^[^:]*: /, "")}`;
  });
  const more = issues.length - sentences.length;
  return sentences.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return place === "" ? "the document" : place.replace(/^\./, "");
}

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length <= shownLengthMax ? text : `${text.slice(0, shownLengthMax)}…`;
}

function parseJson(text: string): unknown {
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new DedupscopeError("bad-request", `not JSON: ${messageOf(error)}`);
  }
}
