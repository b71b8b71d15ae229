"use client";
import { useMemo, useState } from "react";
import type { TapeRow } from "#contract/live.ts";
import { formatCount } from "./format.ts";
import { useView } from "./provider.tsx";
import { groupTitles } from "./tape-answer.ts";
import { tapeView, type TapeGroup } from "./tape-groups.ts";
import { TapeRowView } from "./tape-row.tsx";
import { matchesSearch } from "./tape-search.ts";

const widths = ["10.3%", "12.2%", "4%", "11%", "18%", "3.5%", "14.5%", "10%", "16.5%"];
const headings = ["time", "lane", "", "pid · epoch", "sequence", "try", "answer", "offset", "log end"];

/** The last produce requests. Repeats stay pinned, with the sequence that came twice as one block. */
export function Tape() {
  const tape = useView((data) => data.tape);
  const requests = useView((data) => data.requests);
  const startedAt = useView((data) => data.snapshot?.run.startedAt ?? null);
  const [search, setSearch] = useState("");
  const view = useMemo(() => {
    const rows = [...tape.values()].filter((row) => matchesSearch(row, search));
    return tapeView(rows);
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
      <div className="tape-scroll pinned">
        <table>
          <Columns />
          <thead>
            <tr>
              {headings.map((heading, index) => (
                <th key={heading} className={index > 6 ? "right" : undefined} scope="col">
                  {heading === "" ? <span className="sr-only">partition</span> : heading}
                </th>
              ))}
            </tr>
          </thead>
          {view.pinned.map((group) => (
            <GroupRows key={group.key} group={group} runStartMs={runStartMs} />
          ))}
        </table>
      </div>
      <div className="tape-scroll live">
        <table aria-label="Last requests">
          <Columns />
          <tbody>
            <LiveRows rows={view.live} runStartMs={runStartMs} />
          </tbody>
        </table>
        {tape.size === 0 && <p className="tape-empty">No request has been sent in this run.</p>}
        {tape.size > 0 && view.pinned.length + view.live.length === 0 && (
          <p className="tape-empty">No request on the tape matches “{search}”.</p>
        )}
      </div>
    </section>
  );
}

function Columns() {
  return (
    <colgroup>
      {widths.map((width, index) => (
        <col key={headings[index]} style={{ width }} />
      ))}
    </colgroup>
  );
}

function captionOf(pinned: number, live: number, requests: number, search: string): string {
  const of = `of ${formatCount(requests)} requests`;
  if (search !== "") return `${formatCount(live)} matching ${of}`;
  return pinned > 0 ? `repeats stay pinned; last ${formatCount(live)} ${of}` : `last ${formatCount(live)} ${of}`;
}

function GroupRows({ group, runStartMs }: { group: TapeGroup; runStartMs: number }) {
  const { title, explanation } = groupTitles[group.kind];
  return (
    <tbody data-group={group.kind}>
      <tr className="group-caption">
        <td colSpan={headings.length}>
          {group.faultId !== null && <span className="fault-tag">{group.faultId}</span>}
          <b>{title}</b> {explanation}
        </td>
      </tr>
      {group.rows.map((row, index) => (
        <TapeRowView
          key={row.attemptId}
          row={row}
          runStartMs={runStartMs}
          place={{ kind: group.kind, again: index > 0, last: index === group.rows.length - 1 }}
        />
      ))}
    </tbody>
  );
}

function LiveRows({ rows, runStartMs }: { rows: readonly TapeRow[]; runStartMs: number }) {
  return rows.map((row) => <TapeRowView key={row.attemptId} row={row} runStartMs={runStartMs} place={null} />);
}
