/**
 * One client connection: requests are answered strictly in the order in which they came, one at a time, as Kafka
 * promises. While an answer waits for the client to take it, nothing further is done for that client.
 */
import type { Socket } from "node:net";
import { LIMITS } from "../limits.ts";
import type { BrokerParts } from "../protocol/api.ts";
import { answerRequest } from "./answer-request.ts";
import type { Answered } from "./answer-request.ts";
import { FrameAssembler } from "./frame-assembler.ts";
import { FrameQueue } from "./frame-queue.ts";

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly broker: BrokerParts;
  readonly answerBytesMax: () => number;
  /** Told of all bytes that come in, and of all that go out. */
  readonly onBytes: (bytes: number) => void;
  /** Called whenever bytes have come in that are not a whole request yet. */
  readonly onBuffered: () => void;
  readonly onClosed: () => void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #peer: string;
  readonly #assembler = new FrameAssembler(LIMITS.requestBytesMax);
  readonly #closing = new AbortController();
  readonly #waiting = new FrameQueue();
  #isBusy = false;
  /** Milliseconds of performance.now() since when a request is incomplete or an answer untaken; null when neither. */
  #incompleteSince: number | null = null;
  #untakenSince: number | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#peer = `${options.socket.remoteAddress}:${options.socket.remotePort}`;
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, LIMITS.requestArrivalMs);
    this.#socket.setTimeout(LIMITS.connectionIdleMs, () => this.#socket.destroy());
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.on("close", () => this.#closed());
  }

  /** Bytes held for a request that is not whole. */
  get bufferedBytes(): number {
    return this.#assembler.bufferedBytes;
  }

  /** False while so much waits to be answered that nothing further is taken in. */
  get isReading(): boolean {
    return !this.#socket.isPaused();
  }

  /** Bytes of answers that the client has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Closes the connection when its client keeps the broker waiting for too long. */
  sweep(now: number): void {
    if (this.#untakenSince !== null && now - this.#untakenSince > LIMITS.answerDrainMs) {
      this.fail(`an answer was not taken within ${LIMITS.answerDrainMs} ms`);
    } else if (this.#incompleteSince !== null && now - this.#incompleteSince > LIMITS.requestArrivalMs) {
      this.fail(`a request was not whole after ${LIMITS.requestArrivalMs} ms`);
    }
  }

  /** Closes the connection, with one log line that says why. */
  fail(reason: string): void {
    if (this.#closing.signal.aborted) return;
    this.#options.broker.logger.warn({ client: this.#peer, reason }, "connection closed");
    this.close();
  }

  close(): void {
    this.#closing.abort();
    this.#socket.destroy();
  }

  #closed(): void {
    this.#closing.abort();
    this.#waiting.clear();
    this.#assembler.clear();
    this.#options.onClosed();
  }

  #receive(chunk: Buffer): void {
    if (this.#closing.signal.aborted) return;
    this.#options.onBytes(chunk.length);
    try {
      this.#assembler.push(chunk, (frame) => this.#take(frame));
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#assembler.bufferedBytes === 0) this.#incompleteSince = null;
    else {
      this.#incompleteSince ??= performance.now();
      this.#options.onBuffered();
    }
    if (this.#isBusy && this.#waiting.bytes > LIMITS.pipelinedBytesMax) {
      this.#socket.pause();
      // What is missing now is missing because nothing is read, which is not the client's fault.
      this.#incompleteSince = null;
    }
  }

  /** Answers a frame now, or keeps it while another is being answered. */
  #take(frame: Buffer): void {
    if (this.#closing.signal.aborted) return;
    if (!this.#isBusy) {
      this.#answer(frame);
      return;
    }
    this.#waiting.push(frame);
  }

  #answerNext(): void {
    while (!this.#isBusy && !this.#closing.signal.aborted) {
      const frame = this.#waiting.take();
      if (frame === undefined) break;
      this.#answer(frame);
    }
    if (this.#isBusy || !this.#socket.isPaused()) return;
    if (this.#assembler.bufferedBytes > 0) this.#incompleteSince = performance.now();
    this.#socket.resume();
  }

  #answer(frame: Buffer): void {
    const answer = answerRequest(frame, {
      broker: this.#options.broker,
      clientHost: this.#socket.remoteAddress ?? "",
      signal: this.#closing.signal,
      answerBytesMax: this.#options.answerBytesMax(),
    });
    if (!(answer instanceof Promise)) {
      this.#send(answer);
      return;
    }
    this.#isBusy = true;
    void this.#sendLater(answer);
  }

  async #sendLater(answer: Promise<Answered>): Promise<void> {
    const ready = await answer;
    this.#isBusy = false;
    this.#send(ready);
    this.#answerNext();
  }

  #send(answer: Answered): void {
    if (this.#closing.signal.aborted) return;
    if ("close" in answer) {
      this.fail(answer.close);
      return;
    }
    if (answer.length === 0) return;
    this.#socket.cork();
    let isTaken = true;
    let bytes = 0;
    for (const part of answer) {
      isTaken = this.#socket.write(part);
      bytes += part.length;
    }
    this.#socket.uncork();
    this.#options.onBytes(bytes);
    if (isTaken || this.#socket.writableLength === 0) return;
    this.#isBusy = true;
    this.#untakenSince = performance.now();
    this.#socket.once("drain", () => {
      this.#isBusy = false;
      this.#untakenSince = null;
      this.#answerNext();
    });
  }
}
