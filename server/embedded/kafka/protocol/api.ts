import type { GroupCoordinator } from "../groups/group-coordinator.ts";
import type { BrokerLogger } from "../logger.ts";
import type { ProducerIds } from "../producer-state/producer-ids.ts";
import type { BrokerSettings } from "../settings.ts";
import type { Topics } from "../topics/topics.ts";
import type { TransactionCoordinator } from "../transactions/transaction-coordinator.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** The parts of the broker that requests act on. */
export interface BrokerParts {
  readonly settings: BrokerSettings;
  readonly topics: Topics;
  readonly groups: GroupCoordinator;
  readonly producerIds: ProducerIds;
  readonly transactions: TransactionCoordinator;
  readonly logger: BrokerLogger;
  /** What clients are told to connect to. */
  readonly address: () => { host: string; port: number };
}

export interface RequestContext {
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly broker: BrokerParts;
  /** Aborted when the connection is gone, so that a waiting fetch is forgotten. */
  readonly signal: AbortSignal;
  /** Bytes of records that an answer may hold now, given what other clients have not taken yet. */
  readonly answerBytesMax: number;
}

/** The answer's body; "no answer" for acks=0; "close" when the only way to tell the client is to cut it off. */
export type Answer = Writer | "no answer" | "close";

export interface Api {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** What ApiVersions says instead of minVersion, where clients read more into it. */
  readonly advertisedMinVersion?: number;
  /** Header and body use compact encodings and tagged fields from this version on. */
  readonly flexibleSince?: number;
  /** Decodes the request before it first waits: the bytes are overwritten by the next one. */
  handle(request: Reader, context: RequestContext): Answer | Promise<Answer>;
}
