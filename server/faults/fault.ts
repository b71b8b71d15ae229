import { z } from "zod";
import type { FaultDescription, FaultParameter } from "#contract/faults.ts";

export type FaultParameters = Readonly<Record<string, number>>;

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

/** What carries a fault out: the producer by its rule, the app by its plan, or another process. */
type FaultAction = { readonly in: "producer"; readonly rule: ProducerRule } | { readonly in: "plan" };

/** One row of the table of faults. */
export interface FaultDefinition extends Omit<FaultDescription, "canActNow" | "cannotActBecause"> {
  /** The request's body: every parameter with its limits and its default. */
  readonly body: z.ZodType<FaultParameters>;
  readonly action: FaultAction;
}

/** A body in which every parameter may be left out. Limits and defaults stand in one place: the parameters. */
export function bodyOf(parameters: readonly FaultParameter[]): z.ZodType<FaultParameters> {
  return z.strictObject(
    Object.fromEntries(
      parameters.map(({ name, minimum, maximum, integer, default: value }) => {
        const number = integer ? z.int() : z.number();
        return [name, number.min(minimum).max(maximum).default(value)];
      }),
    ),
  );
}

/** Reads a parameter that the body has filled in. */
export function parameter(parameters: FaultParameters, name: string): number {
  const value = parameters[name];
  if (value === undefined) throw new Error(`a fault was armed without its parameter ${name}`);
  return value;
}
