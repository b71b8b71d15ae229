import { z } from "zod";

const count = z.number().int().nonnegative();
const money = z.object({ USD: z.string(), EUR: z.string(), JPY: z.string() });
const kind = z.object({ count, money });
const offsets = z.record(z.string(), z.number());

const planned = z.object({ planned: count });
const loading = z.object({ loading: z.object({ batch_id: count, table: z.string(), rows: count }) });
const refused = z.object({
  refused: z.object({ batch_id: count, rows: z.array(z.tuple([count, count, z.string()])) }),
});
const loaded = z.object({
  loaded: z.object({ batch_id: count, table: z.string(), rejected: count, reason: z.string().nullable() }),
});
const dropped = z.object({
  dropped: z.object({
    batch_id: count,
    kind: z.enum(["duplicate", "late"]),
    rows: z.array(z.tuple([count, count, z.string()])),
  }),
});
const written = z.object({
  written: z.object({
    batch_id: count,
    watermark_ms: z.number(),
    late_watermark_ms: z.number(),
    start_offsets: offsets,
    end_offsets: offsets,
    kinds: z.object({ kept: kind, late: kind, dead: kind, duplicate: kind }),
    max_event_time_ms: z.number().nullable(),
  }),
});

/**
 * What `spark/load_sink.py` asks, and goes on when it is answered: of each batch `planned`, of each of its tables
 * `loading`, `refused` and `loaded`, at the end `dropped` and `written`.
 */
export const question = z.union([planned, loading, refused, loaded, dropped, written]);
export type SparkQuestion = z.infer<typeof question>;
/** A batch whose rows are in the warehouse. */
export type WrittenBatch = z.infer<typeof written>["written"];
