import { describe, expect, it } from "vitest";
import { expiredSegments } from "./retention.ts";

const segment = (endOffset: number, maxTimestamp: number) => ({ sizeBytes: 100, endOffset, maxTimestamp });
const THREE = [segment(10, 1_000), segment(20, 2_000), segment(30, 3_000)];
const KEEP_ALL = { retentionMs: -1, retentionBytes: -1, nowMs: 10_000, logStart: 0 };

describe("retention", () => {
  it("keeps everything without limits", () => {
    expect(expiredSegments(THREE, KEEP_ALL)).toBe(0);
  });

  it("removes segments whose newest record is too old", () => {
    expect(expiredSegments(THREE, { ...KEEP_ALL, retentionMs: 7_500 })).toBe(2);
  });

  it("removes segments while what remains is still as large as the limit", () => {
    expect(expiredSegments(THREE, { ...KEEP_ALL, retentionBytes: 200 })).toBe(1);
    expect(expiredSegments(THREE, { ...KEEP_ALL, retentionBytes: 201 })).toBe(0);
  });

  it("removes segments that the log start has passed", () => {
    expect(expiredSegments(THREE, { ...KEEP_ALL, logStart: 20 })).toBe(2);
  });

  it("leaves time aside when it is not told the time", () => {
    expect(expiredSegments(THREE, { ...KEEP_ALL, retentionMs: 1, nowMs: null })).toBe(0);
  });

  it("keeps a young segment that follows an old one, and everything after it", () => {
    const unsorted = [segment(10, 9_000), segment(20, 1_000)];
    expect(expiredSegments(unsorted, { ...KEEP_ALL, retentionMs: 5_000 })).toBe(0);
  });
});
