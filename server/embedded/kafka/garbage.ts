/**
 * Keeps memory small under load. Each read of a socket and each fetch leaves a dead buffer of up to a megabyte, which is
 * tiny to V8's young generation (only its handle counts), so that dozens of megabytes pile up before it is collected.
 * Collecting the young generation every so many bytes instead costs no processor time that could be measured.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes received and sent between two collections. */
const COLLECT_EVERY_BYTES = 8_388_608;

type Collect = (options: { type: "minor" | "major"; execution: "sync" }) => void;

export interface GarbageCollector {
  /** To be told of all bytes that come in or go out. */
  readonly onBytes: (bytes: number) => void;
  readonly collectAll: () => void;
}

export function createGarbageCollector(): GarbageCollector {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  let sinceLast = 0;
  return {
    onBytes(bytes) {
      sinceLast += bytes;
      if (sinceLast < COLLECT_EVERY_BYTES) return;
      sinceLast = 0;
      collect({ type: "minor", execution: "sync" });
    },
    collectAll() {
      collect({ type: "major", execution: "sync" });
    },
  };
}
