/** The kinds of values that configuration may have, each with what is wrong about a text that is none of them. */

/** ConfigDef.Type as DescribeConfigs v3 numbers it. */
export const ConfigType = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
export type ConfigType = (typeof ConfigType)[keyof typeof ConfigType];

export interface ConfigValue {
  readonly type: ConfigType;
  /** Null when the value is allowed, else what is expected. */
  readonly problem: (value: string) => string | null;
}

const INT_MAX = 2_147_483_647n;
const THROTTLED_REPLICAS = /^(?:\*|(?:\d+:\d+(?:,\d+:\d+)*)?)$/;
const LONG_MAX = 9_223_372_036_854_775_807n;

export function wholeInt(least: number, most = Number(INT_MAX)): ConfigValue {
  return whole(ConfigType.INT, BigInt(least), BigInt(most));
}

export function wholeLong(least: number): ConfigValue {
  return whole(ConfigType.LONG, BigInt(least), LONG_MAX);
}

function whole(type: ConfigType, least: bigint, most: bigint): ConfigValue {
  const problem = `must be a whole number from ${least} to ${most}`;
  const isRight = (value: string): boolean =>
    /^-?\d{1,19}$/.test(value) && BigInt(value) >= least && BigInt(value) <= most;
  return { type, problem: (value) => (isRight(value) ? null : problem) };
}

export function decimal(least: number, most: number): ConfigValue {
  const isRight = (value: string): boolean =>
    /^-?\d+(?:\.\d+)?$/.test(value) && Number(value) >= least && Number(value) <= most;
  return {
    type: ConfigType.DOUBLE,
    problem: (value) => (isRight(value) ? null : `must be a number from ${least} to ${most}`),
  };
}

export function truth(): ConfigValue {
  return {
    type: ConfigType.BOOLEAN,
    problem: (value) => (/^(?:true|false)$/i.test(value) ? null : "must be true or false"),
  };
}

export function allowedWord(...allowed: readonly string[]): ConfigValue {
  return {
    type: ConfigType.STRING,
    problem: (value) => (allowed.includes(value) ? null : `must be one of ${allowed.join(", ")}`),
  };
}

/** Words with commas between them; none at all is allowed. */
export function allowedList(...allowed: readonly string[]): ConfigValue {
  const isRight = (value: string): boolean =>
    value === "" || value.split(",").every((word) => allowed.includes(word.trim()));
  return {
    type: ConfigType.LIST,
    problem: (value) => (isRight(value) ? null : `must be some of ${allowed.join(", ")}`),
  };
}

/** `*`, or PARTITION:BROKER with commas between them. */
export function throttledReplicas(): ConfigValue {
  return {
    type: ConfigType.LIST,
    problem: (value) => (THROTTLED_REPLICAS.test(value.trim()) ? null : "must be * or a list of PARTITION:BROKER"),
  };
}
