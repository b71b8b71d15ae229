import type { Admin } from "kafkajs";

const LEADER_TIMEOUT_MS = 60_000;
const LEADER_PROBE_MS = 50;

/**
 * Creates a topic and waits until its partitions have leaders. kafkajs's own waitForLeaders gives up when Apache Kafka's
 * metadata does not show the topic yet.
 */
export async function createKafkajsTopic(admin: Admin, topic: string, numPartitions: number): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false });
  const deadline = Date.now() + LEADER_TIMEOUT_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LEADER_PROBE_MS));
    }
  }
}
