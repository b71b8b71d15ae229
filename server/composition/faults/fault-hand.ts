import type { FaultParameters } from "#contract/faults.ts";
import type { LaneName } from "#contract/names.ts";
import type { FaultEffects } from "#contract/snapshot.ts";
import type { FaultDefinition } from "../../faults/fault.ts";

export interface Injection {
  readonly definition: FaultDefinition;
  readonly parameters: FaultParameters;
}

/** Carries out the faults of one place. The desk numbers them, tells of them and keeps them. */
export interface FaultHand {
  /** Why the fault cannot act now, in words; null when it can. */
  readonly whyNot: (definition: FaultDefinition) => string | null;
  /** Does it under a number from the book; throws `cannot-act-now` with the reason. */
  readonly inject: (injection: Injection) => number | Promise<number>;
  /** What it did in a lane, where the hand knows more than the attempts ledger. */
  readonly effects?: (faultId: number, lane: LaneName) => Partial<FaultEffects>;
}

/** An injection whose action is one of `Places`. */
export type ActionIn<Place extends FaultDefinition["action"]["in"]> = Extract<
  FaultDefinition["action"],
  { readonly in: Place }
>;

/** The action of a definition that the desk has given to the hand of its place. */
export function actionIn<Place extends FaultDefinition["action"]["in"]>(
  { kind, action }: FaultDefinition,
  place: Place,
): ActionIn<Place> {
  if (action.in !== place) throw new Error(`${kind} acts in ${action.in}, not in ${place}`);
  return action as ActionIn<Place>;
}
