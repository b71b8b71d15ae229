/**
 * Whether reconciling stays quick after a day: `node bench/bigquery/day.ts [--payments N] [--data DIR]`.
 * Loads a day at 200 payments a second in closed windows into the built-in BigQuery, then runs cycles with fresh
 * payments, copies, late facts and a restart of the app, through the genuine client. With --data the loaded day is
 * kept and used again. Prints one line per figure; ends with code 1 when a bound is missed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { createBigQuery } from "../../server/shared/warehouse-client.ts";
import { readDefinitions } from "../../server/warehouse/definitions.ts";
import { createGateway, type Gateway } from "../../server/warehouse/gateway.ts";
import { createLaneWarehouse, type Warehouse } from "../../server/warehouse/lane-warehouse.ts";
import type { CycleOutput } from "../../server/warehouse/types.ts";
import { Day, paymentsPerSecond, windowPayments } from "./day-payments.ts";
import { loadDay } from "./day-load.ts";
import { startServer } from "./server.ts";

const cycleMsMax = 500;
const residentMbMax = 600;
const freshPerCycle = 2 * paymentsPerSecond;
const cycles = 20;
const slowestShown = 6;
const wholeDay = 86_400 * paymentsPerSecond;
const dataset = "day";

const { values } = parseArgs({
  options: { payments: { type: "string", default: String(wholeDay) }, data: { type: "string" } },
});
const payments = Math.floor(Number(values.payments) / windowPayments) * windowPayments;
const directory = values.data ?? mkdtempSync(join(tmpdir(), "bigquery-day-"));
const server = await startServer(directory);
const client = createBigQuery({ projectId: "bench", location: "EU", apiEndpoint: server.url });
const logger = pino({ level: "warn" });
const calls = new Map<string, { count: number; ms: number }>();
const gateway = timedGateway(createGateway({ client, dataset, location: "EU", logger, deadlineMs: 60_000 }), calls);
const definitions = readDefinitions(dataset);
const openLane = (): Warehouse =>
  createLaneWarehouse({ lane: "protected", gateway, definitions, clock: { nowMs: () => Date.now() }, logger });

/** Adds up how long each statement took, for the list of the slowest. */
function timedGateway(inner: Gateway, into: typeof calls): Gateway {
  const measure = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const [ms, result] = await timed(work);
    const known = into.get(name) ?? { count: 0, ms: 0 };
    into.set(name, { count: known.count + 1, ms: known.ms + ms });
    return result;
  };
  return {
    ...inner,
    query: (definition, ...rest) => measure(definition.name, () => inner.query(definition, ...rest)),
    change: (definition, ...rest) => measure(definition.name, () => inner.change(definition, ...rest)),
    insert: (table, rows) => measure(`insert into ${table}`, () => inner.insert(table, rows)),
  };
}

function printSlowest(name: string): void {
  const slowest = [...calls].toSorted(([, left], [, right]) => right.ms - left.ms).slice(0, slowestShown);
  const words = slowest.map(([what, { count, ms }]) => `${what} ${Math.round(ms)} (${count})`);
  console.log(`       ${name}, by statement, ms in all (calls): ${words.join(", ")}`);
  console.log(`       the server's processor time since the last line like this: ${processorSince()} ms`);
  calls.clear();
}

let missed = 0;
function figure(name: string, ms: number, most: number | null, unit = "ms"): void {
  const state = most === null ? "    " : ms <= most ? "ok  " : "MISS";
  if (state === "MISS") missed += 1;
  const bound = most === null ? "" : ` (at most ${most})`;
  console.log(`${state} ${name}: ${Math.round(ms).toLocaleString("en")} ${unit}${bound}`);
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [ms: number, result: T]> {
  const startedMs = performance.now();
  const result = await work();
  return [performance.now() - startedMs, result];
}

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");

/** Milliseconds of processor time of the server since it was asked last. */
let processorMs = 0;
function processorSince(): number {
  const before = processorMs;
  processorMs = server.processorMs();
  return processorMs - before;
}

/** Cycles that may leave their judgement to the next one. */
const unfinishedMax = 4;

/**
 * Cycles until one has judged, mostly one; the time of the longest. A failure, or a term that does not add up, ends the
 * benchmark: speed without truth is none.
 */
async function cycle(lane: Warehouse, day: Day): Promise<readonly [ms: number, output: CycleOutput, count: number]> {
  const times: number[] = [];
  for (;;) {
    const [ms, output] = await timed(() => lane.cycle(day.input()));
    times.push(ms);
    if (output.failure !== null) throw new Error(`the cycle failed: ${output.failure}`);
    if (output.totals === null || output.cut === null || output.cut.cycle <= judgedCycle) {
      if (times.length <= unfinishedMax) continue;
      throw new Error(`nothing is judged: waiting for ${output.waitingFor}`);
    }
    judgedCycle = output.cut.cycle;
    const { rawRows, planted, bookedByHand, booked, absorbedByMerge, notYetMerged } = output.totals;
    const left = rawRows.count + planted.count + bookedByHand.count;
    const right = booked.count + absorbedByMerge.count + notYetMerged.count;
    const intended = output.cut.intended.count;
    if (left !== right || intended !== day.intents || rawRows.count !== day.rawRows)
      throw new Error(`equation 6: ${left} = ${right}; intended ${intended} of ${day.intents}; raw ${rawRows.count}`);
    return [Math.max(...times), output, times.length];
  }
}

/** The cycle that judged last. */
let judgedCycle = 0;

/** One figure: the longest of the cycles until the judgement. */
async function judged(name: string, lane: Warehouse, day: Day): Promise<CycleOutput> {
  const [ms, output, count] = await cycle(lane, day);
  figure(count === 1 ? name : `${name}, the longest of ${count} until it was judged`, ms, cycleMsMax);
  printSlowest("of which");
  return output;
}

/** Cycles of an app that knows no sums: each counts some blocks, the last one judges. */
async function countAll(lane: Warehouse, day: Day): Promise<void> {
  const times: number[] = [];
  for (let counting = true; counting;) {
    const [ms, output] = await timed(() => lane.cycle(day.input()));
    if (output.failure !== null) throw new Error(`the cycle failed: ${output.failure}`);
    times.push(ms);
    counting = output.cut === null;
    judgedCycle = output.cut?.cycle ?? 0;
  }
  figure(
    `counting everything, ${times.length} cycles in all`,
    times.reduce((left, right) => left + right, 0),
    null,
  );
  figure("counting everything, the longest cycle", Math.max(...times), cycleMsMax);
  printSlowest("of which");
}

/** Several cycles, each after `before` has put something new into the warehouse. */
async function cyclesOf(name: string, lane: Warehouse, day: Day, before: () => Promise<void>): Promise<void> {
  const times: number[] = [];
  for (let count = 0; count < cycles; count += 1) {
    await before();
    times.push((await cycle(lane, day))[0]);
  }
  const sorted = times.toSorted((left, right) => left - right);
  figure(`${name}, median of ${cycles}`, sorted[Math.floor(cycles / 2)] ?? Number.NaN, cycleMsMax);
  figure(`${name}, longest of ${cycles}`, sorted.at(-1) ?? Number.NaN, null);
  printSlowest("of which");
}

async function run(): Promise<void> {
  console.log(`${payments.toLocaleString("en")} payments; load before: ${load()}`);
  const [loadMs] = await timed(() => loadDay({ client, dataset, payments, prepare: () => openLane().prepare() }));
  figure("loading the day", loadMs / 1000, null, "s");
  figure("resident after loading", server.resident(), residentMbMax, "MB");
  const day = new Day(gateway, { dataset, loaded: payments });
  let lane = openLane();
  await countAll(lane, day);
  await cyclesOf("cycle with 400 payments and 4 copies", lane, day, () => day.add(freshPerCycle));
  await cyclesOf("cycle with a copy of a payment of some time that day", lane, day, async () => {
    await day.add(freshPerCycle);
    await day.addOldCopy();
  });
  await day.addUnderOldBatch();
  await judged("cycle after rows came under an old batch", lane, day);
  const change = await lane.tryAlarm({ changeId: "bench", kind: "plant-duplicate" });
  const broken = await judged("cycle after a duplicate was planted", lane, day);
  if (broken.verdict !== "BREAK") throw new Error(`a planted duplicate gave ${broken.verdict}`);
  await lane.undoAlarm(change.changeId);
  const undone = await judged("cycle after it was removed", lane, day);
  if (undone.verdict !== "MATCH") throw new Error(`without the duplicate: ${undone.verdict} ${undone.reasons.join()}`);
  lane = openLane();
  await day.add(freshPerCycle);
  await judged("first cycle of an app that is started again", lane, day);
  const lost = await day.removeByHand();
  await judged(`cycle after somebody deleted ${lost} booked rows`, lane, day);
  figure("the page's reconciliation rows", (await timed(() => lane.reconciliationRows()))[0], cycleMsMax);
  figure("the page's duplicate charges", (await timed(() => lane.duplicateCharges()))[0], cycleMsMax);
  figure("one payment through every table", (await timed(() => lane.paymentRows(day.somePayment())))[0], cycleMsMax);
  figure("layer summary, which reads everything", (await timed(() => lane.layerSummary()))[0], null);
  figure("resident at most", server.residentMost(), residentMbMax, "MB");
  console.log(`load after: ${load()}`);
}

try {
  await run();
} finally {
  await server.stop();
  if (values.data === undefined) rmSync(directory, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;
