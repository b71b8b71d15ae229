/** Limits that the page shows and the server enforces. */
export const limits = {
  ratePerSecondMin: 1,
  ratePerSecondMax: 2_000,
  batchRowsMax: 500,
  snapshotIntervalMs: 250,
  /** Windows of event time that reconciliation judges. */
  windowMs: 10_000,
  tapeRowsMax: 200,
  tapePinnedGroupsMax: 12,
  seriesPointsMax: 300,
  seriesIntervalMs: 1_000,
  windowsMax: 60,
  faultsMax: 50,
  requestBodyBytesMax: 16_384,
} as const;
