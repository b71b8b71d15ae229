import { join } from "node:path";
import type { LaneName, Protections } from "#contract/names.ts";
import { ConsumerReader } from "../consumer/reader.ts";
import type { AttemptsReader } from "../ledger/attempts-reader.ts";
import type { IntentsReader } from "../ledger/intents-reader.ts";
import type { Clock } from "../shared/clock.ts";
import type { WarehouseConnection } from "../shared/connections.ts";
import type { Logger } from "../shared/logger.ts";
import { createWarehouse, type Warehouse } from "../warehouse/warehouse.ts";
import { BrokerDecisions } from "./broker-decisions.ts";
import type { BrokerLink } from "./broker-link.ts";
import { createRawCount } from "./raw-count.ts";
import { LaneObserver } from "./lane-observer.ts";
import { WarehouseWatch } from "./warehouse-watch.ts";

export interface RunLaneOptions {
  readonly runId: string;
  readonly lane: LaneName;
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: BrokerLink;
  readonly warehouse: WarehouseConnection;
  readonly intents: IntentsReader;
  readonly attempts: AttemptsReader;
  readonly protections: () => Protections;
  readonly down: () => readonly string[];
  readonly faultOfBatch: (batchId: number) => number | null;
}

/** One lane of a run, as the app sees it: its dataset and everything that is read of it. */
export interface RunLane {
  readonly name: LaneName;
  readonly checkpointDirectory: string;
  readonly reader: ConsumerReader;
  readonly warehouse: Warehouse;
  readonly watch: WarehouseWatch;
  readonly observer: LaneObserver;
  readonly decisions: BrokerDecisions;
}

export function createRunLane(options: RunLaneOptions): RunLane {
  const { runId, lane, clock, logger, link, intents, attempts, protections, down } = options;
  const checkpointDirectory = join(options.directory, `consumer-${lane}`);
  const reader = new ConsumerReader(checkpointDirectory);
  const warehouse = createWarehouse({ connection: options.warehouse, runId, lane, clock, logger });
  const watch = new WarehouseWatch({
    lane,
    clock,
    intents,
    attempts,
    consumer: reader,
    warehouse,
    protections,
    layerDown: () => down()[0] ?? null,
    countRaw: createRawCount(options.warehouse, runId, lane),
  });
  const observer = new LaneObserver({
    runId,
    lane,
    clock,
    link,
    intents,
    attempts,
    consumer: reader,
    warehouse: watch,
    protections,
    down,
    faultOfBatch: options.faultOfBatch,
  });
  const decisions = new BrokerDecisions({ runId, lane, attempts, intents, warehouse });
  return { name: lane, checkpointDirectory, reader, warehouse, watch, observer, decisions };
}
