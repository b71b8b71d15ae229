import { findConfigProblem } from "../topics/topic-config.ts";
import type { Topic } from "../topics/topics.ts";
import type { BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { ResourceType } from "./resource-type.ts";

/** Whose configuration is to change. */
export interface AlteredResource {
  readonly type: number;
  readonly name: string;
}

export interface AlterationProblem {
  readonly error: ErrorCode;
  readonly message: string;
}

/** The topic whose configuration may be changed, or why there is none. */
export function findAlteredTopic(resource: AlteredResource, broker: BrokerParts): Topic | AlterationProblem {
  if (resource.type !== ResourceType.TOPIC) {
    return { error: ErrorCode.INVALID_REQUEST, message: "This broker's own settings are given at its start." };
  }
  const message = `The topic '${resource.name}' does not exist.`;
  return broker.topics.get(resource.name) ?? { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message };
}

/** The first problem with what a topic's configuration is to be; a null value is a request without sense. */
export function findAlterationProblem(configs: ReadonlyMap<string, string | null>): AlterationProblem | null {
  const nullName = configs.entries().find(([, value]) => value === null)?.[0];
  if (nullName !== undefined) {
    return { error: ErrorCode.INVALID_REQUEST, message: `Null value not supported for : ${nullName}` };
  }
  const message = findConfigProblem(configs);
  return message === null ? null : { error: ErrorCode.INVALID_CONFIG, message };
}
