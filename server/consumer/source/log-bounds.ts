import { earliestOffset, latestOffset, type KafkaCluster, type PartitionLeader } from "./kafkajs-cluster.ts";
import type { LogBounds } from "./partition-check.ts";

/** Log start and end of the partitions, each from its leader; in no order. */
export async function readLogBounds(
  cluster: KafkaCluster,
  topic: string,
  partitions: readonly PartitionLeader[],
): Promise<readonly LogBounds[]> {
  const byLeader = Map.groupBy(partitions, ({ leader }) => leader);
  const answers = Array.from(byLeader, async ([leader, led]) => {
    const asked = { topic, partitions: led.map(({ partition }) => partition) };
    const [lows, highs] = await Promise.all([
      cluster.listOffsets(leader, { ...asked, timestamp: earliestOffset }),
      cluster.listOffsets(leader, { ...asked, timestamp: latestOffset }),
    ]);
    return asked.partitions.map((partition) => ({
      partition,
      low: lows.get(partition) ?? 0,
      high: highs.get(partition) ?? 0,
    }));
  });
  return (await Promise.all(answers)).flat();
}
