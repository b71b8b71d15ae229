import { Duplex } from "node:stream";
import { FrameSplitter } from "./wire/frame-splitter.ts";
import { readRequestHeader } from "./wire/produce.ts";

/**
 * What an abandoned kafkajs instance gets in place of a connection. A socket that fails would make it try again for
 * ever, once a second. An answer without a body makes its decoder throw a RangeError, the one kind of error that
 * kafkajs retries nowhere: a send that is still pending fails for good.
 */
export class DeadEndSocket extends Duplex {
  readonly #requests = new FrameSplitter();

  constructor(onConnect: () => void) {
    super();
    queueMicrotask(onConnect);
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed when requests come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const frame of this.#requests.push(chunk)) this.push(emptyAnswer(readRequestHeader(frame).correlationId));
    done();
  }
}

/** int32 size, int32 correlation id. */
function emptyAnswer(correlationId: number): Buffer {
  const frame = Buffer.alloc(4 + 4);
  frame.writeInt32BE(4, 0);
  frame.writeInt32BE(correlationId, 4);
  return frame;
}
