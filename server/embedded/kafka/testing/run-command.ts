/** Runs commands that tests need, and installs the ones that are missing. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const OUTPUT_BYTES_MAX = 268_435_456;
const INSTALL_TIMEOUT_MS = 300_000;

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Rejects with what the command said when it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { timeoutMs?: number } = {},
): Promise<CommandResult> {
  return await execute(command, [...args], { timeout: options.timeoutMs ?? 0, maxBuffer: OUTPUT_BYTES_MAX });
}

/** Makes a command available, by Debian's package manager when it is not; throws when that is not possible. */
export async function ensureCommand(command: string, debianPackage: string): Promise<void> {
  if (await hasCommand(command)) return;
  try {
    await runCommand("apt-get", ["update", "-q"], { timeoutMs: INSTALL_TIMEOUT_MS });
    await runCommand("apt-get", ["install", "-q", "-y", "--no-install-recommends", debianPackage], {
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(`${command} is missing and could not be installed (${reason}): install ${debianPackage}`, {
      cause: error,
    });
  }
}

async function hasCommand(command: string): Promise<boolean> {
  return await runCommand("which", [command]).then(
    () => true,
    () => false,
  );
}
