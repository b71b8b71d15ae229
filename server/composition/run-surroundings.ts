import type { Config } from "../config.ts";
import type { FaultsLedger } from "../ledger/app-faults.ts";
import type { RunsLedger } from "../ledger/app-runs.ts";
import type { Supervisor } from "../processes/supervisor.ts";
import type { Clock } from "../shared/clock.ts";
import type { KafkaConnection, WarehouseConnection } from "../shared/connections.ts";
import type { Logger } from "../shared/logger.ts";
import type { BrokerLink } from "./broker-link.ts";

/** What outlives a run and is there for all of them. */
export interface RunSurroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly supervisor: Supervisor;
  readonly kafka: KafkaConnection;
  readonly warehouse: WarehouseConnection;
  /** Resolve when they answer for the first time; reject with the reason when they never will. */
  readonly kafkaReady: Promise<void>;
  readonly warehouseReady: Promise<void>;
  readonly link: BrokerLink;
  readonly runs: RunsLedger;
  readonly faults: FaultsLedger;
  readonly onFault: (faultId: number, title: string) => void;
}
