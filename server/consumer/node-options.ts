/**
 * Options of the consumer's Node. Left alone, its young generation grows to several times this size under a backlog
 * and is never given back: 470 instead of 350 MB resident with a million keys, at no better rate.
 */
export const consumerNodeOptions: readonly string[] = ["--max-semi-space-size=8"];
