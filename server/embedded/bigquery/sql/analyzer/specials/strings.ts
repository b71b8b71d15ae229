/** https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions */
import type { SpecialFunction } from "../../functions/special.ts";
import { SqlError } from "../../position.ts";
import { scalar } from "../../types.ts";
import { cast } from "../casts.ts";
import { coerce } from "../coercion.ts";
import { combine } from "../typed.ts";
import { argument, expectCount, named, positional } from "./call.ts";
import type { SpecialHandler } from "./call.ts";

/** BYTES stay BYTES; everything else is joined as the STRING that CAST makes of it. */
const concat: SpecialHandler = (special) => {
  expectCount(special, 1, 1000);
  const values = special.call.args.map((_, index) => argument(special, index));
  const { position } = special.call;
  const isBytes = values.some((value) => value.type.kind === "BYTES");
  const parts = values.map((value) => {
    if (value.type.kind === "NULL" || isBytes) return coerce(value, scalar(isBytes ? "BYTES" : "STRING"), position);
    return cast(value, scalar("STRING"), { isSafe: false, position });
  });
  return combine(`(${parts.map((part) => part.sql).join(" || ")})`, scalar(isBytes ? "BYTES" : "STRING"), parts);
};

const normalize: SpecialHandler = (special) => {
  expectCount(special, 1, 2);
  const text = argument(special, 0, scalar("STRING"));
  const word = special.call.args[1];
  const mode =
    word === undefined ? "NFC" : word.kind === "path" ? word.names.join(".").toUpperCase() : "this expression";
  if (!["NFC", "NFD", "NFKC", "NFKD"].includes(mode)) {
    throw new SqlError(`NORMALIZE: ${mode} is no normalization mode`, special.call.position);
  }
  return combine(`bq_normalize(${text.sql}, '${mode}')`, scalar("STRING"), [text]);
};

/** Levenshtein's distance, or `max_distance` when it is greater. */
const editDistance: SpecialHandler = (special) => {
  const { position } = special.call;
  const [a, b, ...rest] = positional(special, ["max_distance"]);
  const most = named(special, "max_distance");
  if (a === undefined || b === undefined || rest.length > 0) {
    throw new SqlError("No matching signature for function EDIT_DISTANCE", position);
  }
  const [left, right] = [a, b].map((side) => coerce(special.analyze(side), scalar("STRING"), position));
  if (left === undefined || right === undefined) throw new Error("two arguments were counted");
  if (most === undefined) {
    return combine(`bq_edit_distance(${left.sql}, ${right.sql})`, scalar("INT64"), [left, right]);
  }
  const limit = coerce(special.analyze(most), scalar("INT64"), most.position);
  const sql = `bq_edit_distance_max(${left.sql}, ${right.sql}, ${limit.sql})`;
  return combine(sql, scalar("INT64"), [left, right, limit]);
};

export const stringHandlers: Partial<Record<SpecialFunction, SpecialHandler>> = {
  CONCAT: concat,
  NORMALIZE: normalize,
  EDIT_DISTANCE: editDistance,
};
