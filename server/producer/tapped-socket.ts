import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { DedupscopeError } from "../shared/errors.ts";
import type { AnswerDecision, ConnectionTap } from "./connection-tap.ts";
import { FrameSplitter } from "./wire/frame-splitter.ts";

const keepAliveDelayMs = 60_000;

/**
 * Stands between kafkajs and a TCP or TLS socket, and passes on whole frames only after the tap has seen them. kafkajs
 * listens to data, end, error and timeout, not to close: a connection is cut with an error.
 */
export class TappedSocket extends Duplex {
  readonly #inner: Socket;
  readonly #tap: ConnectionTap;
  readonly #onFatal: (error: DedupscopeError) => void;
  readonly #requests = new FrameSplitter();
  readonly #answers = new FrameSplitter();
  readonly #delays = new Set<NodeJS.Timeout>();

  /** `onFatal` hears of a journal that cannot be written: nothing may be sent without it. */
  constructor(inner: Socket, tap: ConnectionTap, onFatal: (error: DedupscopeError) => void) {
    super();
    this.#inner = inner;
    this.#tap = tap;
    this.#onFatal = onFatal;
    inner.setKeepAlive(true, keepAliveDelayMs);
    inner.on("data", (chunk: Buffer) => this.#onData(chunk));
    inner.on("end", () => this.push(null));
    inner.on("error", (error) => this.destroy(error));
    inner.on("close", () => this.#tap.onClose());
  }

  unref(): this {
    this.#inner.unref();
    return this;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    let last: Buffer | undefined;
    try {
      for (const frame of this.#requests.push(chunk)) {
        const move = this.#tap.onRequest(frame);
        if (move === "hold" || move === "drop") continue;
        if (move === "cut-before") throw new Error("connection cut before the request");
        if (move === "cut-after") {
          this.#inner.write(frame, () => done(new Error("connection cut after the request")));
          return;
        }
        if (last !== undefined) this.#inner.write(last);
        last = frame;
      }
    } catch (error) {
      done(this.#asFailure(error));
      return;
    }
    if (last === undefined) done();
    else this.#inner.write(last, done);
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _final(done: () => void): void {
    this.#inner.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    for (const delay of this.#delays) clearTimeout(delay);
    this.#tap.onClose();
    this.#inner.destroy();
    done(error);
  }

  #onData(chunk: Buffer): void {
    try {
      for (const frame of this.#answers.push(chunk)) this.#onAnswer(this.#tap.onAnswer(frame));
    } catch (error) {
      this.destroy(this.#asFailure(error));
    }
  }

  #onAnswer(decision: AnswerDecision): void {
    if (decision.move.kind === "withhold") return;
    if (decision.move.kind !== "delay") {
      this.#release(decision);
      return;
    }
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      this.#release(decision);
    }, decision.move.delayMs);
    this.#delays.add(delay);
  }

  #release({ frame, released }: AnswerDecision): void {
    if (this.destroyed) return;
    if (!this.push(frame)) this.#inner.pause();
    released();
  }

  #asFailure(error: unknown): Error {
    if (error instanceof DedupscopeError) this.#onFatal(error);
    return error instanceof Error ? error : new Error(String(error));
  }
}
