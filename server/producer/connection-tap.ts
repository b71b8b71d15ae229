import { headerNames } from "#contract/payment.ts";
import type { AttemptsWriter } from "../ledger/attempts-writer.ts";
import type { ActiveSend, ActiveSends } from "./active-sends.ts";
import { classifyAnswer } from "./classify.ts";
import type { AnswerMove, AttemptFacts, Interceptor, RequestDecision } from "./interception.ts";
import {
  isProduce,
  readCorrelationId,
  readProduceAnswer,
  readProduceRequest,
  readRequestHeader,
  withErrorCode,
  type PartitionAnswer,
  type ProducedBatch,
  type RequestHeader,
} from "./wire/produce.ts";

export type Journal = Pick<
  AttemptsWriter,
  "recordAttempt" | "recordAnswer" | "recordDelivered" | "recordUnknown" | "lastAttemptId"
>;

export interface TapContext {
  readonly journal: Journal;
  readonly sends: ActiveSends;
  readonly interceptor: Interceptor;
}

interface OpenAttempt {
  readonly attemptId: number;
  readonly send: ActiveSend;
  readonly facts: AttemptFacts;
  readonly decision: RequestDecision;
  readonly batch: ProducedBatch;
}
interface OpenRequest {
  readonly apiVersion: number;
  readonly attempts: readonly OpenAttempt[];
  timedOut: boolean;
}

/** What the socket is to do with an answer, and whom to tell when kafkajs has it. */
export interface AnswerDecision {
  readonly frame: Buffer;
  readonly move: AnswerMove;
  readonly released: () => void;
}

/** Requests without an answer on one connection: a frozen broker collects about one a second. */
const openRequestsMax = 10_000;

/**
 * One connection's part of the wire tap: reads frames, journals Produce attempts before they are written and answers
 * before they are released. Knows no socket.
 */
export class ConnectionTap {
  readonly connection: number;
  readonly #context: TapContext;
  readonly #closed: (connection: number) => void;
  readonly #open = new Map<number, OpenRequest>();

  constructor(connection: number, context: TapContext, onClose: (connection: number) => void) {
    this.connection = connection;
    this.#context = context;
    this.#closed = onClose;
  }

  /** What to do with a request's bytes. When it returns, its attempts are in the ledger (unless they are held). */
  onRequest(frame: Buffer): RequestDecision["move"] {
    const header = readRequestHeader(frame);
    if (!isProduce(header)) return "write";
    if (this.#open.size >= openRequestsMax)
      throw new Error(`${openRequestsMax} requests have no answer on this connection`);
    const batches = readProduceRequest(frame, header).map((batch) => ({ batch, send: this.#sendOf(batch) }));
    const decided = batches.map(({ batch, send }) => ({ batch, send, ...this.#decide(send) }));
    const move = decided[0]?.decision.move ?? "write";
    if (move === "hold") return move;
    const attempts = decided.map((each) => this.#journal(header, each));
    this.#open.set(header.correlationId, { apiVersion: header.apiVersion, attempts, timedOut: false });
    return move;
  }

  /** What to do with an answer's bytes. When it returns, the answer is in the ledger. */
  onAnswer(frame: Buffer): AnswerDecision {
    const correlationId = readCorrelationId(frame);
    const request = this.#open.get(correlationId);
    if (request === undefined) return { frame, move: { kind: "release" }, released: () => undefined };
    const answers = readProduceAnswer(frame, request.apiVersion);
    this.#open.delete(correlationId);
    let move: AnswerMove = { kind: "release" };
    for (const attempt of request.attempts) {
      const answer = answers.find(
        ({ topic, partition }) => topic === attempt.batch.topic && partition === attempt.batch.partition,
      );
      if (answer === undefined) throw new Error(`the answer says nothing about ${describe(attempt)}`);
      this.#journalAnswer(attempt, answer);
      if (request.timedOut) continue;
      const own = this.#context.interceptor.onAnswer({ ...attempt.facts, ...attempt.decision }, answer);
      if (own.kind !== "release") move = own;
    }
    if (move.kind === "replace-error")
      return { frame: withErrorCode(frame, answers, move.errorCode), move, released: () => undefined };
    return { frame, move, released: () => this.#release(request, answers) };
  }

  /** kafkajs has stopped waiting for the answer; it is read all the same if it comes. */
  onTimeout(correlationId: number): void {
    const request = this.#open.get(correlationId);
    if (request === undefined) return;
    request.timedOut = true;
    for (const { attemptId } of request.attempts) this.#context.journal.recordUnknown(attemptId);
  }

  onClose(): void {
    for (const { attempts } of this.#open.values())
      for (const { attemptId } of attempts) this.#context.journal.recordUnknown(attemptId);
    this.#open.clear();
    this.#closed(this.connection);
  }

  #sendOf(batch: ProducedBatch): ActiveSend {
    const sendId = batch.headers.get(headerNames.sendId);
    const send = this.#context.sends.find(sendId);
    if (send === undefined) throw new Error(`held back a batch of a send that was given up: ${sendId ?? "no send id"}`);
    return send;
  }

  #decide(send: ActiveSend): { readonly facts: AttemptFacts; readonly decision: RequestDecision } {
    const { lane, batchId, sendId, cause } = send;
    const facts = { lane, batchId, sendId, cause, attemptNumber: send.attempts + 1 };
    return { facts, decision: this.#context.interceptor.beforeWrite(facts) };
  }

  #journal(header: RequestHeader, attempt: Omit<OpenAttempt, "attemptId">): OpenAttempt {
    const { send, facts, batch, decision } = attempt;
    send.attempts = facts.attemptNumber;
    send.faultId = decision.faultId ?? send.faultId;
    const attemptId = this.#context.journal.recordAttempt({
      connection: this.connection,
      correlationId: header.correlationId,
      lane: send.lane,
      partition: batch.partition,
      producerId: batch.producerId,
      epoch: batch.epoch,
      baseSequence: batch.baseSequence,
      records: batch.records,
      batchId: send.batchId,
      planCause: send.planCause,
      sendId: send.sendId,
      cause: send.cause,
      attemptNumber: facts.attemptNumber,
      faultId: send.faultId,
      faultPlan: decision.plan,
      money: send.money,
    });
    return { attemptId, ...attempt };
  }

  #journalAnswer(attempt: OpenAttempt, answer: PartitionAnswer): void {
    const { send, batch } = attempt;
    const outcome = classifyAnswer({
      ...answer,
      producerId: batch.producerId,
      knownBaseOffset: send.knownBaseOffset,
    });
    this.#context.journal.recordAnswer(attempt.attemptId, answer, outcome);
    if (outcome === "appended") send.knownBaseOffset ??= answer.baseOffset;
  }

  #release(request: OpenRequest, answers: readonly PartitionAnswer[]): void {
    if (request.timedOut) return;
    for (const { attemptId, send } of request.attempts) {
      this.#context.journal.recordDelivered(attemptId);
      send.delivered = answers.every(({ errorCode }) => errorCode === 0);
    }
  }
}

function describe({ batch }: OpenAttempt): string {
  return `partition ${batch.partition} of ${batch.topic}`;
}
