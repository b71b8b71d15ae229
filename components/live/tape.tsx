"use client";
import { useMemo, useState } from "react";
import type { TapeRow } from "#contract/live.ts";
import { formatCount } from "./format.ts";
import { useView } from "./provider.tsx";
import { groupTitles } from "./tape-answer.ts";
import { tapeView, type TapeGroup } from "./tape-groups.ts";
import { TapeRowView } from "./tape-row.tsx";
import { matchesSearch } from "./tape-search.ts";
import { useNarrow } from "./use-narrow.ts";

/** Requests drawn below the repeats; a search looks through all that the page holds. */
const liveRowsShown = 60;

interface TapeColumn {
  readonly heading: string;
  readonly width: string;
  readonly right?: boolean;
}

const wideColumns: readonly TapeColumn[] = [
  { heading: "time", width: "10.3%" },
  { heading: "lane", width: "12.2%" },
  { heading: "partition", width: "4%" },
  { heading: "pid · epoch", width: "11%" },
  { heading: "sequence", width: "18%" },
  { heading: "try", width: "3.5%" },
  { heading: "answer", width: "14.5%" },
  { heading: "offset", width: "11.5%", right: true },
  { heading: "log end", width: "15%", right: true },
];
const narrowColumns: readonly TapeColumn[] = [
  { heading: "time", width: "17%" },
  { heading: "lane", width: "21%" },
  { heading: "sequence", width: "25%" },
  { heading: "answer", width: "22%" },
  { heading: "offset", width: "15%", right: true },
];

/** The last produce requests. Repeats stay pinned, with the sequence that came twice as one block. */
export function Tape() {
  const tape = useView((data) => data.tape);
  const requests = useView((data) => data.requests);
  const startedAt = useView((data) => data.snapshot?.run.startedAt ?? null);
  const [search, setSearch] = useState("");
  const narrow = useNarrow();
  const columns = narrow ? narrowColumns : wideColumns;
  const view = useMemo(() => {
    const rows = [...tape.values()].filter((row) => matchesSearch(row, search));
    const { pinned, live } = tapeView(rows);
    return { pinned, live: search === "" ? live.slice(0, liveRowsShown) : live };
  }, [tape, search]);
  const runStartMs = startedAt === null ? 0 : Date.parse(startedAt);
  return (
    <section className="tape" data-testid="tape" aria-label="Wire tape">
      <div className="section-head">
        <h2>Wire tape</h2>
        <span className="key-line">{captionOf(view.pinned.length, view.live.length, requests, search)}</span>
        <label className="sr-only" htmlFor="tape-search">
          Search the wire tape
        </label>
        <input
          id="tape-search"
          className="field tape-search"
          type="search"
          placeholder="search"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
          }}
        />
      </div>
      <div className="tape-lists">
        <div className="tape-scroll pinned">
          <table>
            <Columns columns={columns} />
            <thead>
              <tr>
                {columns.map(({ heading, right }) => (
                  <th key={heading} className={right === true ? "right" : undefined} scope="col">
                    {heading === "partition" ? <span className="sr-only">partition</span> : heading}
                  </th>
                ))}
              </tr>
            </thead>
            {view.pinned.map((group) => (
              <GroupRows key={group.key} group={group} runStartMs={runStartMs} narrow={narrow} />
            ))}
          </table>
        </div>
        <div className="tape-scroll live">
          <table aria-label="Last requests">
            <Columns columns={columns} />
            <tbody>
              <LiveRows rows={view.live} runStartMs={runStartMs} narrow={narrow} />
            </tbody>
          </table>
          {tape.size === 0 && <p className="tape-empty">No request has been sent in this run.</p>}
          {tape.size > 0 && view.pinned.length + view.live.length === 0 && (
            <p className="tape-empty">No request on the tape matches “{search}”.</p>
          )}
        </div>
      </div>
    </section>
  );
}

function Columns({ columns }: { columns: readonly TapeColumn[] }) {
  return (
    <colgroup>
      {columns.map(({ heading, width }) => (
        <col key={heading} style={{ width }} />
      ))}
    </colgroup>
  );
}

function captionOf(pinned: number, live: number, requests: number, search: string): string {
  const of = `of ${formatCount(requests)} requests`;
  if (search !== "") return `${formatCount(live)} matching ${of}`;
  return pinned > 0 ? `repeats stay pinned; last ${formatCount(live)} ${of}` : `last ${formatCount(live)} ${of}`;
}

interface GroupRowsProps {
  readonly group: TapeGroup;
  readonly runStartMs: number;
  readonly narrow: boolean;
}

function GroupRows({ group, runStartMs, narrow }: GroupRowsProps) {
  const { title, explanation } = groupTitles[group.kind];
  return (
    <tbody data-group={group.kind}>
      <tr className="group-caption">
        <td colSpan={(narrow ? narrowColumns : wideColumns).length}>
          {group.faultId !== null && <span className="fault-tag">{group.faultId}</span>}
          <b>{title}</b> {explanation}
        </td>
      </tr>
      {group.rows.map((row, index) => (
        <TapeRowView
          key={row.attemptId}
          row={row}
          runStartMs={runStartMs}
          narrow={narrow}
          place={{ kind: group.kind, again: index > 0, last: index === group.rows.length - 1 }}
        />
      ))}
    </tbody>
  );
}

interface LiveRowsProps {
  readonly rows: readonly TapeRow[];
  readonly runStartMs: number;
  readonly narrow: boolean;
}

function LiveRows({ rows, runStartMs, narrow }: LiveRowsProps) {
  return rows.map((row) => (
    <TapeRowView key={row.attemptId} row={row} runStartMs={runStartMs} narrow={narrow} place={null} />
  ));
}
