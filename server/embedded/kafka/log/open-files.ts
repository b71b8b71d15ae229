/**
 * Open file descriptors of segments, at most FILES_OPEN_MAX: the least recently used is closed. Ten thousand
 * partitions therefore need no ten thousand descriptors.
 */
import { closeSync, openSync, constants } from "node:fs";

const FILES_OPEN_MAX = 256;

export class OpenFiles {
  readonly #descriptors = new Map<string, number>();

  /** The descriptor of a file, opened for reading and writing, created when absent. */
  descriptor(path: string): number {
    const open = this.#descriptors.get(path);
    if (open !== undefined) {
      this.#descriptors.delete(path);
      this.#descriptors.set(path, open);
      return open;
    }
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#descriptors.set(path, descriptor);
    const oldest = this.#descriptors.keys().next().value;
    if (this.#descriptors.size > FILES_OPEN_MAX && oldest !== undefined) this.close(oldest);
    return descriptor;
  }

  close(path: string): void {
    const open = this.#descriptors.get(path);
    if (open === undefined) return;
    this.#descriptors.delete(path);
    closeSync(open);
  }

  closeAll(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }
}
