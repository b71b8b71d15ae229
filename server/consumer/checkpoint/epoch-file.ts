import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** `commits-00000003.log`: a name carries the epoch of its only writer, so a fenced engine can spoil no other's file. */
export function epochFileName(kind: string, epoch: number): string {
  return `${kind}-${epoch.toString().padStart(8, "0")}.log`;
}

export function newestOf(names: readonly string[], kind: string): string | undefined {
  return names
    .filter((name) => name.startsWith(`${kind}-`) && name.endsWith(".log"))
    .toSorted()
    .at(-1);
}

/** Writes a whole file so that it exists complete and durable, or not at all. */
export async function writeDurably(directory: string, name: string, content: Uint8Array): Promise<void> {
  const temporary = join(directory, `${name}.new`);
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(directory, name));
  await syncDirectory(directory);
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the files of `kind` that sort before `keep`. */
export async function removeOlder(directory: string, kind: string, keep: string): Promise<void> {
  const names = await readdir(directory);
  const older = names.filter((name) => name.startsWith(`${kind}-`) && name < keep);
  await Promise.all(older.map((name) => rm(join(directory, name), { force: true })));
}

/** The newest epoch that wrote any of these files, 0 when none. */
export function newestEpoch(names: readonly string[]): number {
  const epochs = names.map((name) => Number(/^[a-z]+-(\d{8})/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...epochs);
}
