/** Reading what a client sent, without trusting its shape. */
import { BigQueryError } from "../errors.ts";

export type JsonObject = Record<string, unknown>;

export interface ApiRequest {
  method: string;
  /** Path segments after /bigquery/v2, decoded. */
  segments: string[];
  query: URLSearchParams;
  /** The JSON body; empty when there is none. */
  body: JsonObject;
  /** The etag that the client has seen: it wants to change nothing else. */
  ifMatch?: string | undefined;
}

export interface ApiResponse {
  status: number;
  body: JsonObject | undefined;
  headers?: Record<string, string>;
}

export function ok(body: JsonObject): ApiResponse {
  return { status: 200, body };
}

export const noContent: ApiResponse = { status: 204, body: undefined };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectAt(parent: JsonObject, name: string): JsonObject | undefined {
  const value = parent[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new BigQueryError("invalid", `${name} must be an object`);
  return value;
}

export function stringAt(parent: JsonObject, name: string): string | undefined {
  const value = parent[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new BigQueryError("invalid", `${name} must be a string`);
  return value;
}

/** A number, or its text as the API writes 64-bit integers. */
export function numberAt(parent: JsonObject, name: string): number | undefined {
  const value = parent[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new BigQueryError("invalid", `${name} must be a whole number from 0, got ${JSON.stringify(value)}`);
  }
  return number;
}

/** The Python client writes True and False into query strings. */
export function booleanAt(parent: JsonObject, name: string): boolean {
  const value = parent[name];
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === "")
    throw new BigQueryError("required", `Required parameter is missing: ${name}`);
  return value;
}

/** Throws BigQueryError for any other value. */
export function oneOf<Value extends string>(value: string | undefined, known: readonly Value[], name: string): Value {
  const found = known.find((candidate) => candidate === value?.toUpperCase());
  if (found === undefined)
    throw new BigQueryError("invalid", `${name} must be one of ${known.join(", ")}, got ${value ?? "nothing"}`);
  return found;
}
