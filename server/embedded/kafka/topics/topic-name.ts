const TOPIC_NAME_MAX = 249;

/** Null when a topic may have this name, else why not. The rules are Apache Kafka's; names become directories. */
export function topicNameProblem(name: string): string | null {
  if (name === "") return "the topic name is empty";
  if (name === "." || name === "..") return `the topic name may not be ${name}`;
  if (name.length > TOPIC_NAME_MAX) {
    return `the topic name has ${name.length} characters, ${TOPIC_NAME_MAX} are allowed`;
  }
  return /^[a-zA-Z0-9._-]+$/.test(name) ? null : "the topic name may hold letters, digits, '.', '_' and '-' only";
}
