import { bodyOf, type FaultDefinition } from "./fault.ts";

/** Before the restart: as short as a supervisor can make it. */
const downMs = 20;

export const brokerKilled: FaultDefinition = {
  kind: "broker-killed",
  boundary: "broker",
  title: "Kill broker",
  hint: "SIGKILL and restart",
  explanation:
    "The broker gets SIGKILL and is started again on the same port. A request that was under way has no answer: the " +
    "producer sends it again, and the broker, which rebuilds the last sequences from its log, absorbs it if it had " +
    "been stored. Without sequences it is stored twice. Consumers read on from their checkpoints.",
  imitates: "A crash of a broker, a node that is lost, an out-of-memory kill.",
  parameters: [],
  body: bodyOf([]),
  action: { in: "server", server: "broker", trouble: () => ({ kind: "killed", downMs }) },
};
