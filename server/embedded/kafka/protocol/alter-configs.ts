/**
 * AlterConfigs (key 33), versions 0–1: replaces all of a topic's configuration.
 *
 * Request: [resource type int8 · name string · [config name string · value nullable]] · validate only boolean
 * Answer: throttle int32 · [error int16 · message nullable · type int8 · name string]
 */
import { findConfigProblem } from "../topics/topic-config.ts";
import type { Api, BrokerParts } from "./api.ts";
import { ErrorCode } from "./error-codes.ts";
import { ResourceType } from "./resource-type.ts";
import { Writer } from "./writer.ts";

interface Alteration {
  readonly type: number;
  readonly name: string;
  readonly configs: ReadonlyMap<string, string | null>;
}

export const alterConfigs: Api = {
  key: 33,
  name: "AlterConfigs",
  minVersion: 0,
  maxVersion: 1,
  handle(request, { broker }) {
    const alterations = request.array((reader) => ({
      type: reader.int8(),
      name: reader.string(),
      configs: new Map(reader.array((inner) => [inner.string(), inner.nullableString()] as const)),
    }));
    const validateOnly = request.boolean();
    const writer = new Writer().int32(0);
    return writer.array(alterations, (alteration) => {
      const problem = findProblem(alteration, broker);
      if (problem === null && !validateOnly) {
        const configs = new Map([...alteration.configs].map(([name, value]) => [name, value ?? ""]));
        broker.topics.replaceConfigs(alteration.name, configs);
      }
      writer.int16(problem?.error ?? ErrorCode.NONE).nullableString(problem?.message ?? null);
      writer.int8(alteration.type).string(alteration.name);
    });
  },
};

function findProblem(alteration: Alteration, broker: BrokerParts): { error: ErrorCode; message: string | null } | null {
  if (alteration.type !== ResourceType.TOPIC) {
    return { error: ErrorCode.INVALID_REQUEST, message: "This broker's own settings are given at its start." };
  }
  if (broker.topics.get(alteration.name) === undefined) {
    return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `The topic '${alteration.name}' does not exist.` };
  }
  const nullName = alteration.configs.entries().find(([, value]) => value === null)?.[0];
  if (nullName !== undefined) {
    return { error: ErrorCode.INVALID_REQUEST, message: `Null value not supported for : ${nullName}` };
  }
  const message = findConfigProblem(alteration.configs);
  return message === null ? null : { error: ErrorCode.INVALID_CONFIG, message };
}
