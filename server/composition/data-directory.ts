import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DedupscopeError, messageOf } from "../shared/errors.ts";

/** Where everything lies that must outlive the processes. */
export interface DataDirectory {
  readonly path: string;
  readonly appFile: string;
  readonly brokerDirectory: string;
  readonly warehouseDirectory: string;
  readonly runDirectory: (runId: string) => string;
  /** Gives the directory free for another program. */
  readonly release: () => void;
}

/** What `--fresh` removes: only names that this program makes, so that a mistyped path loses nothing else. */
const ownNames = ["app.sqlite", "app.sqlite-wal", "app.sqlite-shm", "runs", "kafka", "bigquery"] as const;

/**
 * Opens the data directory for this program alone. Errors (data-directory, already-running) say what to do.
 * The lock is SQLite's own on a small file: the kernel gives it back when the process dies, even by SIGKILL.
 */
export function openDataDirectory(requestedPath: string, fresh: boolean): DataDirectory {
  const path = resolve(requestedPath);
  ensureWritable(path);
  const lock = takeLock(join(path, "lock.sqlite"), path);
  if (fresh) for (const name of ownNames) rmSync(join(path, name), { recursive: true, force: true });
  return {
    path,
    appFile: join(path, "app.sqlite"),
    brokerDirectory: join(path, "kafka"),
    warehouseDirectory: join(path, "bigquery"),
    runDirectory: (runId) => join(path, "runs", runId),
    release: () => lock.close(),
  };
}

function ensureWritable(path: string): void {
  const remedy = "choose another with DEDUPSCOPE_DATA=/path/to/a/directory";
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new DedupscopeError("data-directory", `the data directory ${path} is a file; remove it or ${remedy}`);
  }
  try {
    makeDirectory(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `the data directory ${path} cannot be written (${messageOf(error)}); ${remedy}`;
    throw new DedupscopeError("data-directory", message, { cause: error });
  }
}

/** One level at a time: Node's recursive mkdir never returns where the kernel denies even the parent (/proc). */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

function takeLock(file: string, path: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    lock.exec("pragma locking_mode = exclusive; begin exclusive;");
    return lock;
  } catch (error) {
    lock?.close();
    if (/locked/i.test(messageOf(error))) {
      throw new DedupscopeError(
        "already-running",
        `another dedupscope uses the data directory ${path}; stop it, or choose another with DEDUPSCOPE_DATA`,
        { cause: error },
      );
    }
    const message = `the lock ${file} cannot be opened (${messageOf(error)}); remove it or check the disk`;
    throw new DedupscopeError("data-directory", message, { cause: error });
  }
}
