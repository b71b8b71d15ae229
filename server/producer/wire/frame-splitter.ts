const sizeBytes = 4;
/** Larger than any request or answer of a producer's connection; a size beyond it is not Kafka's protocol. */
export const frameBytesMax = 64 * 1024 * 1024;

/**
 * Cuts a stream into Kafka frames: int32 size, then that many bytes. Each returned frame has its size in front. A frame
 * may arrive in pieces, and a chunk may hold several.
 */
export class FrameSplitter {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = sizeBytes;

  push(chunk: Buffer): readonly Buffer[] {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return [];
    const frames: Buffer[] = [];
    const buffer = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    let start = 0;
    this.#needed = sizeBytes;
    while (buffer.length - start >= sizeBytes) {
      const size = buffer.readInt32BE(start);
      if (size < sizeBytes || size > frameBytesMax)
        throw new Error(`a frame of ${size} bytes is not Kafka's protocol (expected ${sizeBytes} to ${frameBytesMax})`);
      const end = start + sizeBytes + size;
      if (end > buffer.length) {
        this.#needed = end - start;
        break;
      }
      frames.push(buffer.subarray(start, end));
      start = end;
    }
    this.#bytes = buffer.length - start;
    this.#pieces = this.#bytes === 0 ? [] : [buffer.subarray(start)];
    return frames;
  }
}
