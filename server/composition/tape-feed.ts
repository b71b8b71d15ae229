import { limits } from "#contract/limits.ts";
import type { Moment, TapeMessage, TapeRow } from "#contract/live.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import { momentOf } from "../live/moments.ts";

/** Rows remembered so that a change of outcome is told once; a request stays open for seconds, not thousands of rows. */
const rememberedRowsMax = 2_000;
const rowsPerPollMax = limits.tapeRowsMax;

/** Follows the attempts ledger by change number. */
export class TapeFeed {
  readonly #attempts: AttemptsReader;
  readonly #runId: string;
  readonly #known = new Map<number, TapeRow>();
  #changeNo: number;

  constructor(attempts: AttemptsReader, runId: string) {
    this.#attempts = attempts;
    this.#runId = runId;
    this.#changeNo = attempts.lastChangeNo();
  }

  /** What is new or changed since the last poll; undefined when nothing is. */
  poll(): { readonly message: TapeMessage; readonly moments: readonly Moment[] } | undefined {
    const rows = this.#attempts.tapeRows({ afterChangeNo: this.#changeNo, limit: rowsPerPollMax });
    if (rows.length === 0) return undefined;
    this.#changeNo = rows.at(-1)?.changeNo ?? this.#changeNo;
    const moments = rows.map((row) => momentOf(row, this.#known.get(row.attemptId)));
    for (const row of rows) this.#remember(row);
    return { message: this.#message(rows, false), moments: moments.filter((moment) => moment !== undefined) };
  }

  /** What a page starts with: the last requests and the last repeats. */
  everything(): TapeMessage {
    const { tapeRowsMax, tapePinnedGroupsMax } = limits;
    return this.#message(this.#attempts.recentTape({ limit: tapeRowsMax, pinnedGroups: tapePinnedGroupsMax }), true);
  }

  #message(rows: readonly TapeRow[], reset: boolean): TapeMessage {
    return { runId: this.#runId, rows, requests: this.#attempts.requests(), reset };
  }

  #remember(row: TapeRow): void {
    this.#known.delete(row.attemptId);
    this.#known.set(row.attemptId, row);
    if (this.#known.size <= rememberedRowsMax) return;
    const oldest = this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
