import { expect, it } from "vitest";
import { farmFingerprint } from "./farm-fingerprint.ts";

/** Computed with Google's farmhash (the Python package pyfarmhash): one for each way of a length. */
const known: [string, bigint][] = [
  ["", 11160318154034397263n],
  ["a", 12917804110809363939n],
  ["foo", 6150913649986995171n],
  ["3true", 13566585846811780304n],
  ["2applefalse", 2794438866806483259n],
  ["abcdefghijklmnopqrst", 7349542659848948094n],
  ["abc".repeat(21), 8853111607274072629n],
  ["abcd".repeat(16), 6869103078685999451n],
  ["q".repeat(65), 7692644312256273193n],
  ["w".repeat(128), 1651997402916279192n],
  ["zz".repeat(300), 6293747242754921555n],
];

it.each(known)("gives %s the fingerprint that farmhash gives it", (text, fingerprint) => {
  expect(BigInt.asUintN(64, farmFingerprint(Buffer.from(text)))).toBe(fingerprint);
});
