import type { Reader } from "./reader.ts";

/** Why every request about ACLs is refused. */
export const NO_AUTHORIZER = "No Authorizer is configured.";

/**
 * Reads what DescribeAcls and DeleteAcls ask for: resource type int8 · name nullable · (v1+) pattern type int8 · principal
 * nullable · host nullable · operation int8 · permission int8.
 */
export function readAclFilter(reader: Reader, version: number): void {
  reader.int8();
  reader.nullableString();
  if (version >= 1) reader.int8();
  reader.nullableString();
  reader.nullableString();
  reader.int8();
  reader.int8();
}
