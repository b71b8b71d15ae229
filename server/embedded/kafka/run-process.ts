/**
 * The broker as a process: prints one ready line on standard output, logs to standard error, ends on SIGTERM, SIGINT and
 * when the parent that forked it goes away.
 */
import { pino } from "pino";
import { startBroker } from "./broker.ts";
import { createGarbageCollector } from "./garbage.ts";
import { DamagedDataError } from "./log/damaged-data-error.ts";
import { ListenError } from "./network/listen-error.ts";
import { parseOptions } from "./options.ts";
import { DataDirectoryError } from "./storage/data-directory-error.ts";

const logger = pino({ name: "kafka" }, pino.destination({ dest: 2, sync: true }));

/** Runs until a signal; ends the process with exit code 1 and one line that says why when it cannot. */
export async function runProcess(): Promise<void> {
  try {
    await start();
  } catch (error) {
    const isForUser =
      error instanceof DataDirectoryError || error instanceof DamagedDataError || error instanceof ListenError;
    fail(isForUser ? error.message : `the broker could not start: ${String(error)}`);
  }
}

async function start(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.ok === "help") {
    console.log(options.text);
    return;
  }
  if (!options.ok) {
    fail(options.problems.join("\n"));
    return;
  }
  const { settings } = options;
  const { onBytes, collectAll } = createGarbageCollector();
  const broker = await startBroker(settings, { logger, clock: Date.now, onBytes });
  stopOnSignals(async () => {
    await broker.close();
    // A compiler thread of V8 that waits for a collection would make process.exit() wait for it, and neither would end.
    collectAll();
  });
  console.log(`kafka broker ready on ${broker.host}:${broker.port} (data ${settings.dataDirectory})`);
  const { host, port, metricsPort } = broker;
  if (process.connected) process.send?.({ type: "ready", host, port, metricsPort }, () => undefined);
}

function stopOnSignals(close: () => Promise<void>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => fail(String(error)),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", stop);
  // A parent that went away while this was starting has said so before anybody listened.
  if (process.send !== undefined && !process.connected) stop();
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  // A parent that supervises this process shows the sentence to its user.
  if (process.connected) process.send?.({ type: "failed", message }, () => process.exit(1));
  else process.exit(1);
}
