import { EventEmitter } from "node:events";
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { AnswerMemory, AnswerPool } from "./answer-memory.ts";

/** The answer to one request, behind its correlation id. */
export interface KeptAnswer {
  readonly memory: AnswerMemory;
  readonly bytes: number;
}

export interface FetchSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly ssl?: ConnectionOptions | boolean | null;
  readonly onConnect: () => void;
  readonly pool: AnswerPool;
  /** Keeps the answer to a Fetch request; returns the number by which it is asked for. */
  readonly keep: (answer: KeptAnswer) => number;
}

const fetchApiKey = 1;
const readBytes = 131_072;
const keepAliveDelayMs = 60_000;
const sizeBytes = 4;
const correlationIdBytes = 4;
const headBytes = sizeBytes + correlationIdBytes;
/** What kafkajs gets instead of a Fetch answer: size, correlation id, throttle time, number of the kept answer. */
const stubBytes = headBytes + 8;

/**
 * What kafkajs takes for a socket, a plain or a TLS one. Answers to Fetch requests do not go through it: they are copied
 * once, from a buffer that every read fills anew, to memory that is used again. kafkajs would collect them from small
 * buffers, copy them together, and leave both to the garbage collector. It gets a stub that names the answer, so that
 * everything it does about an answer is done: its time-out, the throttle time, the next request.
 */
export class FetchSocket extends EventEmitter {
  readonly #socket: Socket;
  readonly #options: FetchSocketOptions;
  /** Correlation ids of Fetch requests under way. */
  readonly #fetches = new Set<number>();
  readonly #head = Buffer.alloc(headBytes);
  #headFilled = 0;
  #answer: AnswerMemory | null = null;
  #answerBytes = 0;
  #answerFilled = 0;

  constructor(options: FetchSocketOptions) {
    super();
    this.#options = options;
    const { host, port, ssl, onConnect } = options;
    const place = { host, port };
    if (ssl === undefined || ssl === null || ssl === false) {
      const onread = {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (bytes: number, buffer: Uint8Array) => {
          this.#receive(buffer.subarray(0, bytes));
          return true;
        },
      };
      this.#socket = connectPlain({ ...place, onread }, onConnect);
    } else {
      const servername = isIP(host) === 0 ? { servername: host } : {};
      this.#socket = connectTls({ ...place, ...servername, ...(ssl === true ? {} : ssl) }, onConnect);
      this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    }
    this.#socket.setKeepAlive(true, keepAliveDelayMs);
    this.#socket.on("end", () => this.emit("end"));
    this.#socket.on("error", (error) => this.emit("error", error));
    this.#socket.on("timeout", () => this.emit("timeout"));
    this.#socket.on("close", () => this.#forget());
    // Without a reader its end would not be noticed.
    this.#socket.resume();
  }

  /** kafkajs writes a request at a time: size int32 · API key int16 · version int16 · correlation id int32 · … */
  write(request: Buffer): boolean {
    if (request.length >= sizeBytes + 8 && request.readInt16BE(sizeBytes) === fetchApiKey)
      this.#fetches.add(request.readInt32BE(sizeBytes + 4));
    return this.#socket.write(request);
  }

  end(): void {
    this.#socket.end();
  }

  unref(): void {
    // kafkajs leaves a connection as often as somebody asks; node would wait each time for a closed one to connect.
    if (!this.#socket.destroyed) this.#socket.unref();
  }

  #receive(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#answer === null) {
        const part = chunk.subarray(at, at + headBytes - this.#headFilled);
        this.#head.set(part, this.#headFilled);
        this.#headFilled += part.length;
        at += part.length;
        if (this.#headFilled < headBytes && !this.#isHeadless()) return;
        this.#answerBytes = Math.max(0, this.#head.readInt32BE(0) - correlationIdBytes);
        this.#answer = this.#options.pool.take(this.#answerBytes);
        this.#answerFilled = 0;
      }
      const part = chunk.subarray(at, at + this.#answerBytes - this.#answerFilled);
      this.#answer.bytes.set(part, this.#answerFilled);
      this.#answerFilled += part.length;
      at += part.length;
      if (this.#answerFilled === this.#answerBytes) this.#deliver(this.#answer);
    }
  }

  /** A token of an old SASL exchange may be shorter than a correlation id. */
  #isHeadless(): boolean {
    return this.#headFilled >= sizeBytes && this.#headFilled >= sizeBytes + this.#head.readInt32BE(0);
  }

  #deliver(memory: AnswerMemory): void {
    const bytes = this.#answerBytes;
    const head = this.#head.subarray(0, this.#headFilled);
    this.#answer = null;
    this.#headFilled = 0;
    const correlationId = this.#head.readInt32BE(sizeBytes);
    if (head.length === headBytes && this.#fetches.delete(correlationId)) {
      const stub = Buffer.alloc(stubBytes);
      stub.writeInt32BE(stubBytes - sizeBytes, 0);
      stub.writeInt32BE(correlationId, sizeBytes);
      memory.bytes.copy(stub, headBytes, 0, 4);
      stub.writeInt32BE(this.#options.keep({ memory, bytes }), headBytes + 4);
      this.emit("data", stub);
    } else this.emit("data", Buffer.concat([head, memory.bytes.subarray(0, bytes)]));
  }

  #forget(): void {
    this.#fetches.clear();
    this.#answer = null;
  }
}
