import type { FaultParameter } from "#contract/faults.ts";
import { bodyOf, parameter, type FaultDefinition } from "./fault.ts";

const parameters: readonly FaultParameter[] = [
  {
    kind: "number",
    name: "seconds",
    label: "For",
    unit: "seconds",
    minimum: 1,
    maximum: 120,
    integer: true,
    default: 10,
  },
];

export const warehouseDown: FaultDefinition = {
  kind: "warehouse-down",
  boundary: "consumer-warehouse",
  title: "Warehouse down",
  hint: "stopped for a while",
  explanation:
    "The warehouse is killed and stays away for some seconds. The sinks keep their rows and try again, more and more " +
    "slowly; then consumption pauses and the lag grows. The verdicts become PENDING, never a BREAK, for nothing proves " +
    "a payment wrong. When the warehouse is back, everything that it had acknowledged is still there.",
  imitates: "An outage or a maintenance of the warehouse, an expired credential, a network that is cut.",
  parameters,
  body: bodyOf(parameters),
  action: {
    in: "server",
    server: "warehouse",
    trouble: (given) => ({ kind: "killed", downMs: parameter(given, "seconds") * 1_000 }),
  },
};
