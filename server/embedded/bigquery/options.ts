import { parseArgs } from "node:util";

export interface Options {
  host: string;
  port: number;
  /** Directory of the DuckDB file. */
  data: string;
  insertIdMemoryMs: number;
  streamingBufferMs: number;
}

/** What the command line got wrong, in one line. */
class OptionsError extends Error {}

const known = {
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "9050" },
  data: { type: "string", default: ".data/bigquery" },
  "insert-id-memory-ms": { type: "string", default: "60000" },
  "streaming-buffer-ms": { type: "string", default: "1800000" },
} as const;

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) {
    throw new OptionsError(`--${name} must be a whole number from 0 to ${most}, got "${text}"`);
  }
  return value;
}

/** Throws OptionsError. */
export function readOptions(args: string[]): Options {
  let values;
  try {
    ({ values } = parseArgs({ args, options: known, strict: true, allowPositionals: false }));
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new OptionsError(
      `${reason}; known options: ${Object.keys(known)
        .map((name) => `--${name}`)
        .join(", ")}`,
    );
  }
  if (values.data === "") throw new OptionsError("--data must name a directory");
  const dayMs = 86_400_000;
  return {
    host: values.host,
    port: wholeNumber("port", values.port, 65_535),
    data: values.data,
    insertIdMemoryMs: wholeNumber("insert-id-memory-ms", values["insert-id-memory-ms"], dayMs),
    streamingBufferMs: wholeNumber("streaming-buffer-ms", values["streaming-buffer-ms"], dayMs),
  };
}
