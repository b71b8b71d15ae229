import { z } from "zod";
import { limits } from "./limits.ts";
import { laneNames, type LaneName } from "./names.ts";

export const simulatorRequest = z
  .strictObject({
    running: z.boolean().optional(),
    ratePerSecond: z.int().min(limits.ratePerSecondMin).max(limits.ratePerSecondMax).optional(),
  })
  .refine((body) => body.running !== undefined || body.ratePerSecond !== undefined, {
    error: "expected running, ratePerSecond or both",
  });
export type SimulatorRequest = z.infer<typeof simulatorRequest>;

export const protectionsRequest = z
  .strictObject({
    idempotence: z.boolean().optional(),
    deduplication: z.boolean().optional(),
    insertIds: z.boolean().optional(),
    merge: z.boolean().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, {
    error: "expected at least one of idempotence, deduplication, insertIds, merge",
  });
export type ProtectionsRequest = z.infer<typeof protectionsRequest>;

export const runRequest = z.strictObject({
  seed: z.int().min(0).max(4_294_967_295).optional(),
});
export type RunRequest = z.infer<typeof runRequest>;

/** Without a lane, the payment is booked in every lane in which it was late. */
export const bookingRequest = z.strictObject({
  lane: z.enum(laneNames, { error: `expected one of ${laneNames.join(", ")}` }).optional(),
});
export type BookingRequest = z.infer<typeof bookingRequest>;

/** `POST /api/payments/{transactionId}/book`: the lanes in which this call booked it. */
export interface BookingDocument {
  readonly transactionId: string;
  readonly lanes: readonly LaneName[];
}

/** One row of `GET /api/alarm-changes`: what was changed by hand to try the alarm and is not undone. */
export interface AlarmChangeDocument {
  /** For `DELETE /api/alarm-changes/{id}`. */
  readonly id: string;
  readonly lane: LaneName;
  readonly kind: string;
  readonly transactionId: string;
  /** Start of the window of event time that must turn to BREAK, ISO 8601. */
  readonly windowStart: string;
  /** Null when the program was stopped before it had numbered the fault. */
  readonly faultId: number | null;
}

/** Every refusal of the API: what was wrong, what was expected, what to do. */
export interface ApiError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** Name of the offending parameter, where there is one. */
    readonly parameter?: string;
  };
}

/** One setting of a layer as `GET /api/config` shows it. */
export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  /** What the library really does with it, where that differs from what the name promises. */
  readonly note: string | null;
}
export interface ConfigSection {
  readonly layer: string;
  readonly title: string;
  readonly entries: readonly ConfigEntry[];
}
export interface ConfigDocument {
  readonly sections: readonly ConfigSection[];
}

/** `GET /api/reconciliation`. */
/** Where a lane's consumer stands, as its checkpoint and the broker tell it. */
export interface ConsumerDocument {
  readonly batchId: number | null;
  readonly committedAt: string | null;
  /** W of that batch, event time; its age counts from now. */
  readonly watermark: string | null;
  readonly watermarkAgeMs: number | null;
  readonly stateRows: number | null;
  readonly stateBytes: number | null;
  /** When the broker was asked for the log ends. */
  readonly logEndsAsOf: string | null;
  readonly partitions: readonly {
    readonly partition: number;
    /** Next offset to read. */
    readonly nextOffset: number | null;
    readonly logEnd: number | null;
    readonly lag: number | null;
  }[];
}

export interface ReconciliationDocument {
  readonly lanes: readonly {
    readonly lane: LaneName;
    readonly asOf: string | null;
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
    /** Payments that came too late and that nobody booked, newest first. */
    readonly latePayments: readonly Readonly<Record<string, string | number | null>>[];
  }[];
  /** The statements that made the rows, by name. */
  readonly sql: readonly { readonly name: string; readonly purpose: string; readonly text: string }[];
}

/** `GET /api/payments/{transactionId}`: what each system of record knows of one payment, in the order of its path. */
export interface PaymentDocument {
  readonly transactionId: string;
  readonly steps: readonly {
    readonly lane: string | null;
    readonly layer: string;
    readonly source: string;
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  }[];
}
