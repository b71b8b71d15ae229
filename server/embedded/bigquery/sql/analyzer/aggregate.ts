import type { CallExpression } from "../ast.ts";
import type { Typed } from "./typed.ts";

/** One aggregate being translated; `over` is the OVER clause as SQL, or empty. */
export interface Aggregate {
  call: CallExpression;
  args: Typed[];
  order: string;
  over: string;
}
