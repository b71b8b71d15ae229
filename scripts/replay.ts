import { constants } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { replayText } from "../server/consumer/engine/replay-file.ts";
import { messageOf } from "../server/shared/errors.ts";

/**
 * `npm run replay -- FILE`: the file's streams through the embedded engine, the answered document on standard output.
 * npm puts two lines of its own before it unless it is called with `--silent`.
 */
const file = process.argv[2];
if (file === undefined) {
  console.error("replay: no file given; expected `npm run replay -- FILE`, a file like spark-golden.json");
  process.exitCode = 2;
} else {
  try {
    const { size } = await stat(file);
    if (size > constants.MAX_STRING_LENGTH)
      throw new Error(
        `the file has ${size} bytes, at most ${constants.MAX_STRING_LENGTH} can be read; split its streams`,
      );
    process.stdout.write(`${replayText(await readFile(file, "utf8"))}\n`);
  } catch (error) {
    console.error(`replay: ${file}: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}
