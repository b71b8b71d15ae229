import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../shared/open-database.ts";

const schema = `
create table if not exists runs (
  run_id text primary key,
  started_at_ms integer not null,
  ended_at_ms integer,
  seed integer not null,
  partitions integer not null,
  log_starts text,
  protections text not null,
  final_snapshot text
) strict;
create table if not exists faults (
  run_id text not null,
  fault_id integer not null,
  kind text not null,
  parameters text not null,
  state text not null,
  at_ms integer not null,
  ended_at_ms integer,
  primary key (run_id, fault_id)
) strict, without rowid;
create table if not exists fault_lanes (
  run_id text not null,
  fault_id integer not null,
  lane text not null,
  facts text not null,
  primary key (run_id, fault_id, lane)
) strict, without rowid;
create table if not exists series (
  run_id text not null,
  at_ms integer not null,
  point text not null,
  primary key (run_id, at_ms)
) strict, without rowid;
create table if not exists settings (name text primary key, value text not null) strict, without rowid;
`;

/** The app's own file: runs, injected faults, the timelines' history, the rate. Only the app writes it. */
export function openAppDatabase(file: string): DatabaseSync {
  return openDatabase(file, "the list of runs", {}, (database) => {
    database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000;");
    database.exec(schema);
  });
}
