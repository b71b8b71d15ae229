/**
 * IncrementalAlterConfigs (key 44), version 0: changes single settings of a topic and leaves the others.
 *
 * Request: [resource type int8 · name string · [config name string · operation int8 · value nullable]] · validate only
 *   boolean
 * Answer: throttle int32 · [error int16 · message nullable · type int8 · name string]
 *
 * Operations: 0 sets, 1 goes back to the default, 2 appends to a list, 3 takes out of a list.
 */
import type { BrokerSettings } from "../settings.ts";
import { ConfigType } from "../topics/config-value.ts";
import { defaultValueOf, TOPIC_CONFIGS } from "../topics/topic-config.ts";
import type { Api } from "./api.ts";
import { findAlterationProblem, findAlteredTopic } from "./config-alteration.ts";
import type { AlterationProblem } from "./config-alteration.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

const Operation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const;

interface Change {
  readonly config: string;
  readonly operation: number;
  readonly value: string | null;
}

export const incrementalAlterConfigs: Api = {
  key: 44,
  name: "IncrementalAlterConfigs",
  minVersion: 0,
  maxVersion: 0,
  handle(request, { broker }) {
    const alterations = request.array((reader) => ({
      type: reader.int8(),
      name: reader.string(),
      changes: reader.array((inner) => ({
        config: inner.string(),
        operation: inner.int8(),
        value: inner.nullableString(),
      })),
    }));
    const validateOnly = request.boolean();
    const writer = new Writer().int32(0);
    return writer.array(alterations, ({ type, name, changes }) => {
      const topic = findAlteredTopic({ type, name }, broker);
      const changed = "error" in topic ? topic : changedConfigs(topic.configs, changes, broker.settings);
      const problem = "error" in changed ? changed : findAlterationProblem(changed);
      if (!("error" in changed) && problem === null && !validateOnly) broker.topics.replaceConfigs(name, changed);
      writer.int16(problem?.error ?? ErrorCode.NONE).nullableString(problem?.message ?? null);
      writer.int8(type).string(name);
    });
  },
};

/** The whole configuration after the changes, or the first that has no sense. */
function changedConfigs(
  present: ReadonlyMap<string, string>,
  changes: readonly Change[],
  settings: BrokerSettings,
): Map<string, string> | AlterationProblem {
  const configs = new Map(present);
  for (const { config, operation, value } of changes) {
    if (operation === Operation.DELETE) {
      configs.delete(config);
      continue;
    }
    if (value === null) {
      return { error: ErrorCode.INVALID_REQUEST, message: `Null value not supported for : ${config}` };
    }
    if (operation === Operation.SET) {
      configs.set(config, value);
      continue;
    }
    if (operation !== Operation.APPEND && operation !== Operation.SUBTRACT) {
      return { error: ErrorCode.INVALID_REQUEST, message: `Unknown operation ${operation} for ${config}` };
    }
    const definition = TOPIC_CONFIGS.find((known) => known.name === config);
    if (definition?.type !== ConfigType.LIST) {
      return { error: ErrorCode.INVALID_CONFIG, message: `${config} is not a list: its value can only be set` };
    }
    const words = (configs.get(config) ?? defaultValueOf(definition, settings))
      .split(",")
      .filter((word) => word !== "");
    const named = value.split(",");
    const kept = words.filter((word) => !named.includes(word));
    configs.set(config, (operation === Operation.APPEND ? [...new Set([...words, ...named])] : kept).join(","));
  }
  return configs;
}
