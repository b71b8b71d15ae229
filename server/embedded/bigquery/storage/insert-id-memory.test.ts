import { describe, expect, it } from "vitest";
import { InsertIdMemory } from "./insert-id-memory.ts";

describe("the memory of insertIds", () => {
  it("knows an insertId for its time, and not a millisecond longer", () => {
    const memory = new InsertIdMemory(60_000);
    memory.remember("a", 1000);
    expect(memory.has("a", 1000)).toBe(true);
    expect(memory.has("a", 60_999)).toBe(true);
    expect(memory.has("a", 61_000)).toBe(false);
  });

  it("remembers nothing when it is told to miss", () => {
    const memory = new InsertIdMemory(0);
    memory.remember("a", 0);
    expect(memory.has("a", 0)).toBe(false);
  });

  it("forgets the oldest when there are too many", () => {
    const memory = new InsertIdMemory(60_000);
    for (let index = 0; index < 400_010; index += 1) memory.remember(String(index), 0);
    memory.expire(1);
    expect(memory.has("0", 1)).toBe(false);
    expect(memory.has("400009", 1)).toBe(true);
  });
});
