import { spawn } from "node:child_process";

const shownBytesMax = 2_000;

/** Runs a program to its end; what it printed to standard output, or an error with what it said last. */
export async function runTool(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  let output = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-shownBytesMax)));
  return await new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new Error(`${command} could not be run (${error.message})`));
    });
    child.once("close", (code, by) => {
      const last = said.trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ended with ${by ?? `code ${code}`}: ${last}`));
    });
  });
}
