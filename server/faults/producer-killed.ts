import { bodyOf, type FaultDefinition } from "./fault.ts";

export const producerKilled: FaultDefinition = {
  kind: "producer-killed",
  boundary: "application-producer",
  title: "Kill producer",
  hint: "SIGKILL and restart",
  explanation:
    "Both lanes send their next batch, the broker stores both, the answers are withheld, and then the producer gets " +
    "SIGKILL. The restarted producer knows only what was delivered to it, so it sends that batch again, under a new " +
    "producer id: the broker cannot recognise it, in either lane. In the protected lane layer 3 drops the copy by its " +
    "transaction id.",
  imitates: "A crash, an out-of-memory kill or a node failure between the broker's append and the answer.",
  parameters: [],
  body: bodyOf([]),
  action: {
    in: "producer",
    rule: {
      plan: "withhold-answer-then-kill",
      span: () => ({ kind: "batches", batches: 1 }),
      selects: () => true,
      answer: ({ errorCode }) => (errorCode === 0 ? { kind: "withhold" } : { kind: "release" }),
      killsProcess: true,
    },
  },
};
