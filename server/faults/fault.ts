import { z } from "zod";
import type { FaultDescription, FaultParameter, FaultParameters } from "#contract/faults.ts";
import type { CrashPoint } from "../processes/messages.ts";

/** For how long a fault lasts: a number of batches from the one on which it arms, or a time. */
type FaultSpan =
  | { readonly kind: "batches"; readonly batches: number }
  | { readonly kind: "time"; readonly durationMs: number };

/** What becomes of an answer; the tap's words. */
export type FaultAnswerMove =
  | { readonly kind: "release" }
  | { readonly kind: "withhold" }
  | { readonly kind: "replace-error"; readonly errorCode: number }
  | { readonly kind: "delay"; readonly delayMs: number };

/** How a fault interferes between the producer and the broker: pure rules, the same in both lanes. */
export interface ProducerRule {
  /** What it will do, in the words of the attempts ledger. */
  readonly plan: string;
  readonly span: (parameters: FaultParameters) => FaultSpan;
  /** Which batches of its span it acts on; must not depend on the lane. */
  readonly selects: (
    fault: { readonly faultId: number; readonly parameters: FaultParameters },
    batchId: number,
  ) => boolean;
  /** What becomes of the request's bytes; absent when they are written as ever. */
  readonly request?: (parameters: FaultParameters) => "drop" | "cut-before" | "cut-after";
  /** What becomes of the answer. Until it is something else than a release, the fault waits for the next attempt. */
  readonly answer: (answer: { readonly errorCode: number }, parameters: FaultParameters) => FaultAnswerMove;
  /**
   * How long the application waits for the send before it gives up and sends again. Such a fault acts on every attempt
   * of the send that is given up.
   */
  readonly deliveryDeadlineMs?: (parameters: FaultParameters) => number;
  /** Both lanes send the batch at the same time, and when both appends are confirmed the process is to be killed. */
  readonly killsProcess?: true;
}

/** What is done to a dead consumer's checkpoint before it starts again. */
export type CheckpointDamage =
  | { readonly kind: "none" }
  | { readonly kind: "delete" }
  /** Half of an entry is left at the end of a log, as by a write that a crash interrupted. */
  | { readonly kind: "tear"; readonly log: "offsets" | "commits" | "state" };

/** How the consumers of both lanes are killed. */
export interface ConsumerKill {
  /** Where in a micro-batch that has rows; null: at once. */
  readonly at: (parameters: FaultParameters) => CrashPoint | null;
  readonly damage: (parameters: FaultParameters) => CheckpointDamage;
}

/** How a fault interferes between the sink and the warehouse, on one insert of payments per lane. */
export interface InsertRule {
  /** How many answers are lost, one after the other. */
  readonly answersLost: (parameters: FaultParameters) => number;
  /** When the same rows are inserted once more, after they were stored; null: never. */
  readonly againAfterMs: (parameters: FaultParameters) => number | null;
}

/** What is done to a server that this program runs. */
export type ServerTrouble =
  | { readonly kind: "killed"; readonly downMs: number }
  | { readonly kind: "frozen"; readonly forMs: number };

/** What is changed in `payments` behind the pipeline's back. */
export interface AlarmTrial {
  readonly kind: "plant-duplicate" | "remove-row" | "change-amount" | "change-currency";
  /** Decimal, added to the amount; only for `change-amount`. */
  readonly difference?: string;
}

/** What carries a fault out: the part of the program that stands where it acts. */
export type FaultAction =
  | { readonly in: "producer"; readonly rule: ProducerRule }
  | { readonly in: "plan"; readonly plan: "send-again" | "send-late-copy" | "hold-back" }
  | { readonly in: "consumer"; readonly kill: ConsumerKill }
  | { readonly in: "sink"; readonly rule: InsertRule }
  | {
      readonly in: "server";
      readonly server: "broker" | "warehouse";
      readonly trouble: (parameters: FaultParameters) => ServerTrouble;
    }
  | { readonly in: "alarm"; readonly trial: (parameters: FaultParameters) => AlarmTrial };

/** One row of the table of faults. */
export interface FaultDefinition extends Omit<FaultDescription, "canActNow" | "cannotActBecause"> {
  /** The request's body: every parameter with its limits and its default. */
  readonly body: z.ZodType<FaultParameters>;
  readonly action: FaultAction;
}

/** A body in which every parameter may be left out. Limits and defaults stand in one place: the parameters. */
export function bodyOf(parameters: readonly FaultParameter[]): z.ZodType<FaultParameters> {
  return z.strictObject(Object.fromEntries(parameters.map((given) => [given.name, valueOf(given)])));
}

function valueOf(given: FaultParameter): z.ZodType<number | string> {
  if (given.kind === "choice") {
    const values = given.choices.map(({ value }) => value);
    return z.enum(values, { error: `expected one of ${values.join(", ")}` }).default(given.default);
  }
  const number = given.integer ? z.int() : z.number();
  return number.min(given.minimum).max(given.maximum).default(given.default);
}

/** Reads a number that the body has filled in. */
export function parameter(parameters: FaultParameters, name: string): number {
  const value = parameters[name];
  if (typeof value !== "number") throw new Error(`a fault was armed without its number ${name}`);
  return value;
}

/** Reads a choice that the body has filled in, one of `values`. */
export function choice<Value extends string>(
  parameters: FaultParameters,
  name: string,
  values: readonly Value[],
): Value {
  const value = values.find((each) => each === parameters[name]);
  if (value === undefined) throw new Error(`a fault was armed without its choice ${name}`);
  return value;
}
