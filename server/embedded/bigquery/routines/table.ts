import { addressRoutines } from "./addresses.ts";
import { bitRoutines } from "./bits.ts";
import { bucketRoutines } from "./buckets.ts";
import { bytesFormatRoutines } from "./bytes-formats.ts";
import { castFormatRoutines } from "./cast-formats.ts";
import { characterRoutines } from "./characters.ts";
import { codecRoutines } from "./codecs.ts";
import { formatValues } from "./format.ts";
import { intervalRoutines } from "./intervals.ts";
import { jsonRoutines } from "./json.ts";
import { numberRoutines } from "./numbers.ts";
import { literal, printed } from "./printing.ts";
import { routine } from "./routine.ts";
import type { Routine } from "./routine.ts";
import { unicodeRoutines } from "./unicode.ts";

const formatRoutines: Routine[] = [
  routine(
    "partial_format",
    ["STRING", "STRING", "ARRAY<STRING>", "ARRAY<STRING>"],
    "STRING",
    (format, kinds, values, literals) => {
      return formatValues(
        format,
        values.map((value, index) => ({
          kind: kinds.split(",")[index] ?? "",
          value,
          literal: literals[index] ?? null,
        })),
      );
    },
  ),
  routine("partial_print", ["STRING", "STRING"], "STRING", printed),
  routine("partial_literal", ["STRING", "STRING"], "STRING", literal),
];

/** Every routine that the storage registers. One named `bq_partial_…` may refuse values that BigQuery has an answer for. */
export const routines: readonly Routine[] = [
  ...characterRoutines,
  ...unicodeRoutines,
  ...codecRoutines,
  ...castFormatRoutines,
  ...bytesFormatRoutines,
  ...addressRoutines,
  ...bitRoutines,
  ...bucketRoutines,
  ...numberRoutines,
  ...jsonRoutines,
  ...intervalRoutines,
  ...formatRoutines,
];
