import { rmSync } from "node:fs";
import { allProtectionsOff, allProtectionsOn } from "#contract/names.ts";
import type { Snapshot } from "#contract/snapshot.ts";
import type { RunRecord, RunsLedger } from "../ledger/app-runs.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { WarehouseConnection } from "../shared/connections.ts";
import type { Logger } from "../shared/logger.ts";
import { removeRun } from "../warehouse/remove-run.ts";
import type { BrokerLink } from "./broker-link.ts";
import type { DataDirectory } from "./data-directory.ts";

/** Ended runs that stay viewable. */
const endedRunsMax = 3;
const idDigits = 10;

export interface RunRegistryPorts {
  readonly ledger: RunsLedger;
  readonly directory: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly link: BrokerLink;
  readonly warehouse: WarehouseConnection;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Which runs there are; makes new ones and removes old ones with all that belongs to them. */
export class RunRegistry {
  readonly #ports: RunRegistryPorts;

  constructor(ports: RunRegistryPorts) {
    this.#ports = ports;
  }

  /** The run that was under way when the program stopped, or a new one. */
  current(options: { readonly seed: number; readonly partitions: number }): RunRecord {
    return this.#ports.ledger.list().find((run) => run.endedAtMs === null) ?? this.create(options);
  }

  create({ seed, partitions }: { readonly seed: number; readonly partitions: number }): RunRecord {
    const { ledger, clock, random } = this.#ports;
    const digits = Array.from({ length: idDigits }, () => Math.floor(random() * 36).toString(36));
    const record: RunRecord = {
      runId: `r${digits.join("")}`,
      startedAtMs: clock.nowMs(),
      endedAtMs: null,
      seed,
      partitions,
      logStarts: null,
      protections: { protected: allProtectionsOn, unprotected: allProtectionsOff },
    };
    ledger.insert(record);
    return record;
  }

  end(runId: string, snapshot: Snapshot): void {
    this.#ports.ledger.end(runId, this.#ports.clock.nowMs(), snapshot);
  }

  /** Drops topics, datasets and files of runs beyond the last few. What cannot be removed now is tried next time. */
  async removeOld(): Promise<void> {
    const { ledger, directory, link, warehouse, logger } = this.#ports;
    const ended = ledger.list().filter((run) => run.endedAtMs !== null);
    for (const { runId } of ended.slice(endedRunsMax)) {
      try {
        await link.deleteTopics(runId);
        await removeRun(warehouse, runId);
        rmSync(directory.runDirectory(runId), { recursive: true, force: true });
        ledger.remove(runId);
      } catch (error) {
        logger.warn({ runId, reason: messageOf(error) }, "an old run could not be removed yet");
      }
    }
  }
}
