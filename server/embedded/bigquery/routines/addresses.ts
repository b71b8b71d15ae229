/** NET.*: https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions */
import { isIPv4, isIPv6 } from "node:net";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";

function wordsOf(text: string): number[] {
  return text === ""
    ? []
    : text.split(":").flatMap((word) => {
        if (!word.includes(".")) return [parseInt(word, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = word.split(".").map(Number);
        return [a * 256 + b, c * 256 + d];
      });
}

/** 4 bytes of an IPv4 address, 16 of an IPv6 one; undefined for anything else. */
function parseAddress(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  if (text.includes("%") || !isIPv6(text)) return undefined;
  const [head = "", tail] = text.split("::");
  const [first, last] = [wordsOf(head), wordsOf(tail ?? "")];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((word) => [word >> 8, word & 255]));
}

/** Where the longest run of at least two zero words begins, the first of several. */
function zeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  let start = 0;
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

function hex(words: readonly number[]): string {
  return words.map((word) => word.toString(16)).join(":");
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) {
    throw new RangeError(`NET.IP_TO_STRING: an address has 4 or 16 bytes, not ${bytes.length}`);
  }
  const words = Array.from({ length: 8 }, (_, index) => (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0));
  const { start, length } = zeroRun(words);
  if (start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff))) {
    return `::${length === 5 ? "ffff:" : ""}${bytes.slice(12).join(".")}`;
  }
  return start < 0 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}

function netMask(length: bigint, prefix: bigint): Uint8Array {
  if (length !== 4n && length !== 16n)
    throw new RangeError(`NET.IP_NET_MASK: the length must be 4 or 16, not ${length}`);
  if (prefix < 0n || prefix > length * 8n)
    throw new RangeError(`NET.IP_NET_MASK: the prefix ${prefix} is out of range`);
  return masked(new Uint8Array(Number(length)).fill(255), Number(prefix));
}

/** All bits behind the first ones are 0. */
function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))));
}

function truncate(bytes: Uint8Array, prefix: bigint): Uint8Array {
  if (bytes.length !== 4 && bytes.length !== 16) throw new RangeError("NET.IP_TRUNC: an address has 4 or 16 bytes");
  if (prefix < 0n || prefix > BigInt(bytes.length * 8)) {
    throw new RangeError(`NET.IP_TRUNC: the prefix ${prefix} is out of range`);
  }
  return masked(bytes, Number(prefix));
}

function fromInteger(value: bigint): Uint8Array {
  if (value < -(2n ** 31n) || value > 2n ** 32n - 1n) {
    throw new RangeError(`NET.IPV4_FROM_INT64: ${value} is no IPv4 address`);
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(BigInt.asUintN(32, value)));
  return bytes;
}

function toInteger(bytes: Uint8Array): bigint {
  if (bytes.length !== 4) throw new RangeError(`NET.IPV4_TO_INT64: expected 4 bytes but got ${bytes.length}`);
  return BigInt(Buffer.from(bytes).readUInt32BE());
}

const hostPattern =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/(?:[^/?#@\s]*@)?([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::\d*)?(?:[/?#]\S*)?$/;

/** Of a whole URL; what BigQuery makes of other texts is only partly documented. */
function host(url: string): string | null {
  if (url === "") return null;
  const found = hostPattern.exec(url)?.[1];
  if (found === undefined)
    throw new RangeError("NET.HOST of a text that is no plain URL is refused by the embedded server");
  return found;
}

export const addressRoutines: Routine[] = [
  routine("ip_from_string", ["STRING"], "BYTES", (text) => {
    const bytes = parseAddress(text);
    if (bytes === undefined) throw new RangeError(`NET.IP_FROM_STRING encountered an unparseable IP-address: ${text}`);
    return bytes;
  }),
  routine("safe_ip_from_string", ["STRING"], "BYTES", (text) => parseAddress(text) ?? null),
  routine("ip_to_string", ["BYTES"], "STRING", addressText),
  routine("ip_net_mask", ["INT64", "INT64"], "BYTES", netMask),
  routine("ip_trunc", ["BYTES", "INT64"], "BYTES", truncate),
  routine("ipv4_from_int64", ["INT64"], "BYTES", fromInteger),
  routine("ipv4_to_int64", ["BYTES"], "INT64", toInteger),
  routine("partial_host", ["STRING"], "STRING", host),
];
