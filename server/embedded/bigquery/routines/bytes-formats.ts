/**
 * CAST between BYTES and STRING with a FORMAT:
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_bytes_as_string
 */
import { fromBase64, fromHex } from "./codecs.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

function bytesToText(bytes: Uint8Array, format: string): string {
  switch (format) {
    case "HEX":
      return Buffer.from(bytes).toString("hex");
    case "BASE64":
      return Buffer.from(bytes).toString("base64");
    case "BASE2":
      return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
    case "ASCII":
      if (bytes.some((byte) => byte > 127)) throw new RangeError("Failed to decode invalid ASCII string");
      return Buffer.from(bytes).toString("latin1");
    default:
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch (error) {
        throw new RangeError("A string is not valid UTF-8", { cause: error });
      }
  }
}

function textToBytes(text: string, format: string): Uint8Array {
  switch (format) {
    case "HEX":
      return fromHex(text);
    case "BASE64":
      return fromBase64(text);
    case "ASCII":
      // oxlint-disable-next-line no-control-regex -- what ASCII is
      if (/[^\u0000-\u007f]/.test(text)) throw new RangeError("Failed to decode invalid ASCII string");
      return Buffer.from(text, "latin1");
    default:
      return Buffer.from(text, "utf8");
  }
}

export const bytesFormatRoutines: Routine[] = [
  routine("bytes_to_text", ["BYTES", "STRING"], "STRING", bytesToText),
  routine("text_to_bytes", ["STRING", "STRING"], "BYTES", textToBytes),
];
