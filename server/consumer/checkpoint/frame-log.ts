import { open, readFile, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { DedupscopeError } from "#server/shared/errors.ts";

/**
 * An append-only file of frames: `uint32 magic, uint32 payload length, uint32 CRC-32 of the payload, payload`, all
 * little-endian. A frame that is cut off or damaged at the end of the file is a write that a crash interrupted.
 */
const magic = 0xd5c0_0001;
const headerBytes = 12;
const framePayloadBytesMax = 67_108_864;

export function encodeFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeUInt32LE(crc32(payload), 8);
  frame.set(payload, headerBytes);
  return frame;
}

export interface ScannedFrames {
  readonly payloads: readonly Buffer[];
  /** Bytes up to the end of the last whole frame. */
  readonly validBytes: number;
}

/** The whole frames at the start of `bytes`. */
export function scanFrames(bytes: Buffer): ScannedFrames {
  const payloads: Buffer[] = [];
  let at = 0;
  for (;;) {
    const payload = frameAt(bytes, at);
    if (payload === undefined) return { payloads, validBytes: at };
    payloads.push(payload);
    at += headerBytes + payload.length;
  }
}

function frameAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + headerBytes > bytes.length || bytes.readUInt32LE(at) !== magic) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  if (length > framePayloadBytesMax || at + headerBytes + length > bytes.length) return undefined;
  const payload = bytes.subarray(at + headerBytes, at + headerBytes + length);
  return crc32(payload) === bytes.readUInt32LE(at + 8) ? payload : undefined;
}

/**
 * Reads a log and cuts a torn tail in memory. A damaged frame with whole frames after it is not a torn tail: what
 * was durable is gone, and going on from before it would emit payments again.
 */
export async function readFrames(file: string): Promise<ScannedFrames> {
  const bytes = await readFile(file);
  const scanned = scanFrames(bytes);
  for (let at = scanned.validBytes + 1; at + headerBytes <= bytes.length; at++)
    if (bytes[at] === (magic & 0xff) && frameAt(bytes, at) !== undefined)
      throw new DedupscopeError(
        "checkpoint-damaged",
        `${file} is damaged at byte ${scanned.validBytes}, in front of whole entries; ` +
          `restore it, or delete the checkpoint to read the topic again from its start`,
      );
  return scanned;
}

/** The writing end: every append is one write and one flush to the disk. */
export class FrameLog {
  readonly #handle: FileHandle;
  #bytes: number;

  private constructor(handle: FileHandle, bytes: number) {
    this.#handle = handle;
    this.#bytes = bytes;
  }

  /** Makes a new file; it must not exist. */
  static async create(file: string): Promise<FrameLog> {
    return new FrameLog(await open(file, "ax"), 0);
  }

  /** Goes on at the end of a file whose frames are whole. */
  static async append(file: string): Promise<FrameLog> {
    const handle = await open(file, "a");
    return new FrameLog(handle, (await handle.stat()).size);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(payload: Uint8Array): Promise<void> {
    const frame = encodeFrame(payload);
    const { bytesWritten } = await this.#handle.write(frame);
    if (bytesWritten !== frame.length) throw new Error(`wrote ${bytesWritten} of ${frame.length} bytes`);
    await this.#handle.datasync();
    this.#bytes += frame.length;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
