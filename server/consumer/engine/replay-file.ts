import { z } from "zod";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import { replayStream } from "./replay.ts";

const eventTimeMsMax = 253_402_300_799_999;
/** Expiry times must fit 48 bits. */
const delayMsMax = 28_000_000_000_000;
const row = z.looseObject({ id: z.string(), ts: z.int().max(eventTimeMsMax) });
const stream = z.looseObject({
  name: z.string(),
  mode: z.string(),
  delayMs: z.int().min(0).max(delayMsMax),
  batches: z.array(z.looseObject({ rows: z.array(row) })),
  observed: z.array(z.looseObject({ input: z.int().min(0).nullable() })).optional(),
});
const replayDocument = z.looseObject({ streams: z.array(stream) });

/** The same document with what this engine observed in every stream. Throws a sentence when it is no such document. */
export function replayText(text: string): string {
  const parsed = replayDocument.safeParse(parseJson(text));
  if (!parsed.success)
    throw new DedupscopeError("bad-request", `not a file of streams: ${z.prettifyError(parsed.error)}`);
  const streams = parsed.data.streams.map(({ observed, ...input }) =>
    Object.assign(input, { observed: replayStream(observed === undefined ? input : { ...input, observed }) }),
  );
  return JSON.stringify({ ...parsed.data, streams });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DedupscopeError("bad-request", `not JSON: ${messageOf(error)}`);
  }
}
