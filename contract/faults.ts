/** Where a fault acts: the gutter of the page in which its button stands. */
export const faultBoundaries = [
  "application-producer",
  "producer-broker",
  "broker",
  "broker-consumer",
  "consumer-warehouse",
  "alarm",
] as const;
export type FaultBoundary = (typeof faultBoundaries)[number];

/** A number that a person may set before injecting, with its limits and its unit. */
export interface NumberParameter {
  readonly kind: "number";
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
  readonly default: number;
}
/** One of a few words that a person may choose, each with what it means. */
export interface ChoiceParameter {
  readonly kind: "choice";
  readonly name: string;
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly default: string;
}
export type FaultParameter = NumberParameter | ChoiceParameter;

/** What a fault was injected with, by name. */
export type FaultParameters = Readonly<Record<string, number | string>>;

/** One row of `GET /api/faults`: all that the button, the help text and the chart's mark need. */
export interface FaultDescription {
  readonly kind: string;
  readonly boundary: FaultBoundary;
  readonly title: string;
  /** A few words under the title of a large button. */
  readonly hint: string;
  /** What it does to the bytes or the process, and what a person should see. */
  readonly explanation: string;
  /** What it imitates in the real world. */
  readonly imitates: string;
  readonly parameters: readonly FaultParameter[];
  readonly canActNow: boolean;
  /** Why it cannot act now; null when it can. */
  readonly cannotActBecause: string | null;
}
