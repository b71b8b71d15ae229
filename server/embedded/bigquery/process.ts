/** The embedded BigQuery as a process: `node server/embedded/bigquery/process.ts --port 9050 --data DIR`. */
import { enableCompileCache } from "node:module";
import { pathToFileURL } from "node:url";

enableCompileCache();

/** Never resolves: the process ends as soon as a parent that supervises it has heard why. */
function fail(message: string): Promise<never> {
  process.stderr.write(`bigquery: ${message}\n`);
  if (process.connected) process.send?.({ type: "failed", message }, () => process.exit(1));
  else process.exit(1);
  return new Promise(() => undefined);
}

function explain(error: unknown, address: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "EADDRINUSE") return `the address ${address} is in use; stop the other program or choose another --port`;
  if (code === "EACCES") return `the address ${address} is not allowed; choose a --port above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return `this machine has no address ${address}; choose another --host`;
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line;
}

async function main(): Promise<void> {
  // Imported here so that the compile cache already serves them.
  const { readOptions } = await import("./options.ts");
  const { startServer } = await import("./start.ts");
  let options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    return fail(explain(error, ""));
  }
  const address = `${options.host}:${options.port}`;
  const server = await startServer(options).catch((error: unknown) => fail(explain(error, address)));
  let isClosing = false;
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    void server.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", close);
  process.on("SIGINT", close);
  process.on("disconnect", close);
  // A parent that went away while this was starting has said so before anybody listened.
  if (process.send !== undefined && !process.connected) close();
  if (process.connected) process.send?.({ type: "ready", host: server.host, port: server.port }, () => undefined);
  process.stdout.write(`bigquery ready on http://${server.host}:${server.port} (data ${options.data})\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
