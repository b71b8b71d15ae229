/**
 * A number in [0, 1) that depends on the fault and the batch alone, so that both lanes and a restarted producer choose
 * the same batches. The mixing is MurmurHash3's 32-bit finaliser.
 */
export function batchChoice(faultId: number, batchId: number): number {
  let hash = (Math.imul(faultId, 0x9e3779b1) ^ batchId) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
