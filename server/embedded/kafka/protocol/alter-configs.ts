/**
 * AlterConfigs (key 33), versions 0–1: replaces all of a topic's configuration.
 *
 * Request: [resource type int8 · name string · [config name string · value nullable]] · validate only boolean
 * Answer: throttle int32 · [error int16 · message nullable · type int8 · name string]
 */
import type { Api } from "./api.ts";
import { findAlterationProblem, findAlteredTopic } from "./config-alteration.ts";
import { ErrorCode } from "./error-codes.ts";
import { Writer } from "./writer.ts";

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
      const topic = findAlteredTopic(alteration, broker);
      const problem = "error" in topic ? topic : findAlterationProblem(alteration.configs);
      if (problem === null && !validateOnly) {
        const configs = new Map([...alteration.configs].map(([name, value]) => [name, value ?? ""]));
        broker.topics.replaceConfigs(alteration.name, configs);
      }
      writer.int16(problem?.error ?? ErrorCode.NONE).nullableString(problem?.message ?? null);
      writer.int8(alteration.type).string(alteration.name);
    });
  },
};
