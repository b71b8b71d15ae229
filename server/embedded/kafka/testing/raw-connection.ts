/** A connection that sends bytes as they are and gives back the frames that come: what no client library would do. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { Reader } from "../protocol/reader.ts";
import { Writer } from "../protocol/writer.ts";

const ANSWER_TIMEOUT_MS = 30_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RawRequest {
  readonly key: number;
  readonly version: number;
  readonly body: Buffer;
  readonly isFlexible?: boolean;
}

interface Waiting {
  readonly resolve: (answer: Reader) => void;
  readonly reject: (reason: Error) => void;
  readonly isFlexible: boolean;
}

export class RawConnection {
  readonly socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<void>;
  #correlationId = 0;
  #bytes: Buffer = Buffer.alloc(0);

  static async open(address: Address): Promise<RawConnection> {
    const socket = connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new RawConnection(socket);
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => socket.destroy());
    this.#closed = new Promise((resolve) => {
      socket.on("close", () => {
        for (const { reject } of this.#waiting.values()) reject(new Error("the connection was closed"));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Sends a request and resolves with its answer's body. */
  request(request: RawRequest): Promise<Reader> {
    const { correlationId, frame } = this.frame(request);
    const answer = new Promise<Reader>((resolve, reject) => {
      this.#waiting.set(correlationId, { resolve, reject, isFlexible: request.isFlexible ?? false });
    });
    this.socket.write(frame);
    const timer = setTimeout(() => this.#waiting.get(correlationId)?.reject(new Error("no answer")), ANSWER_TIMEOUT_MS);
    return answer.finally(() => clearTimeout(timer));
  }

  /** Sends a request whose answer nobody waits for. */
  send(request: RawRequest): void {
    this.socket.write(this.frame(request).frame);
  }

  /** A whole request frame with the next correlation id. */
  frame({ key, version, body, isFlexible = false }: RawRequest): { correlationId: number; frame: Buffer } {
    this.#correlationId += 1;
    const header = new Writer().int16(key).int16(version).int32(this.#correlationId).nullableString("raw");
    if (isFlexible) header.noTaggedFields();
    const head = header.toBuffer();
    const size = new Writer().int32(head.length + body.length).toBuffer();
    return { correlationId: this.#correlationId, frame: Buffer.concat([size, head, body]) };
  }

  /** Resolves when the other side, or close(), has ended the connection. */
  closed(): Promise<void> {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.#closed;
  }

  #receive(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readInt32BE(0)) {
      const end = 4 + this.#bytes.readInt32BE(0);
      const reader = new Reader(this.#bytes.subarray(4, end));
      this.#bytes = this.#bytes.subarray(end);
      const correlationId = reader.int32();
      const waiting = this.#waiting.get(correlationId);
      this.#waiting.delete(correlationId);
      if (waiting?.isFlexible === true) reader.skipTaggedFields();
      waiting?.resolve(reader);
    }
  }
}
