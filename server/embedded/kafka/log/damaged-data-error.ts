/** Data on disk that cannot be what this broker wrote. Never repaired silently: records may be missing. */
export class DamagedDataError extends Error {
  override readonly name = "DamagedDataError";
}
