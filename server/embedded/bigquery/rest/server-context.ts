import type { Catalog } from "../storage/catalog.ts";
import type { Database } from "../storage/database.ts";
import type { Engine } from "../storage/engine.ts";
import type { StreamingInserts } from "../storage/insert-all.ts";
import type { Jobs } from "../storage/jobs.ts";

/** What the handlers work on. */
export interface Server {
  clock: { now(): number };
  database: Database;
  catalog: Catalog;
  engine: Engine;
  inserts: StreamingInserts;
  jobs: Jobs;
}
