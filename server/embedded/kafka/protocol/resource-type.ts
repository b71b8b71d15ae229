/** What a configuration belongs to. Source: ConfigResource.Type of Apache Kafka. */
export const ResourceType = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8 } as const;
