/**
 * The bytes as a DataView, by which code that looks at every byte of every record reads them: several at once, and
 * without asking each time whether there is one.
 */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
