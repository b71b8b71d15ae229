import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LIMITS } from "../limits.ts";
import type { BrokerParts } from "../protocol/api.ts";
import { Writer } from "../protocol/writer.ts";
import { Connection } from "./connection.ts";

const API_VERSIONS = 18;
const FETCH = 1;
const EMPTY_LOG = { logStart: 0, logEnd: 0, bytesFrom: () => 0, subscribe: () => () => undefined };
const POLL = { timeout: 10_000, interval: 20 };
/** Enough answers to fill both sockets' buffers in the kernel. */
const PIPELINED_REQUESTS = 100_000;

/** Where Node's sockets ask their writer to wait. */
const HIGH_WATER_BYTES = 65_536;

let server: Server;
let client: Socket;
let connection: Connection;
let warnings: unknown[];
/** Resolves when the client sees the connection end, by whatever error. */
let gone: Promise<void>;

beforeEach(async () => {
  warnings = [];
  const logger = { info: () => undefined, warn: (fields: unknown) => warnings.push(fields), error: () => undefined };
  const accepted = Promise.withResolvers<Connection>();
  server = createServer((socket) => {
    accepted.resolve(
      new Connection({
        socket,
        // Nothing else of the broker is needed to say which versions it has, and to let a fetch wait.
        broker: { logger, topics: { partition: () => EMPTY_LOG } } as unknown as BrokerParts,
        answerBytesMax: () => LIMITS.unsentAnswerBytesMax,
        onBytes: () => undefined,
        onBuffered: () => undefined,
        onClosed: () => undefined,
      }),
    );
  });
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  client = connect({ host: "127.0.0.1", port });
  client.on("error", () => undefined);
  gone = new Promise((resolve) => {
    client.once("close", () => resolve());
  });
  connection = await accepted.promise;
});

afterEach(() => {
  client.destroy();
  server.close();
});

function framed(key: number, version: number, body: Buffer, clientId = ""): Buffer {
  const bytes = new Writer().int16(key).int16(version).int32(1).nullableString(clientId).raw(body).toBuffer();
  return Buffer.concat([new Writer().int32(bytes.length).toBuffer(), bytes]);
}

function apiVersionsRequest(clientId?: string): Buffer {
  return framed(API_VERSIONS, 0, Buffer.alloc(0), clientId);
}

/** Of an empty partition, for longer than any test. */
function waitingFetch(): Buffer {
  const writer = new Writer().int32(-1).int32(LIMITS.fetchWaitMsMax).int32(1).int32(1_000).int8(0);
  return writer.int32(1).string("empty").int32(1).int32(0).int64(0).int32(1_000).toBuffer();
}

describe("a connection whose client keeps the broker waiting", () => {
  it("is closed, with one line, when a request is not whole in time, and not before", async () => {
    client.write(apiVersionsRequest().subarray(0, 6));
    await expect.poll(() => connection.bufferedBytes, POLL).toBe(6);
    connection.sweep(performance.now() + LIMITS.requestArrivalMs - 5_000);
    expect(warnings).toEqual([]);
    connection.sweep(performance.now() + LIMITS.requestArrivalMs);
    expect(warnings).toMatchObject([{ reason: `a request was not whole after ${LIMITS.requestArrivalMs} ms` }]);
    await gone;
  });

  it("is left alone once the rest has come", async () => {
    const request = apiVersionsRequest();
    client.write(request.subarray(0, 6));
    await expect.poll(() => connection.bufferedBytes, POLL).toBe(6);
    client.write(request.subarray(6));
    await once(client, "data");
    connection.sweep(performance.now() + LIMITS.requestArrivalMs * 2);
    expect(warnings).toEqual([]);
  });

  it("is not blamed for what the broker does not read while a fetch waits", async () => {
    client.write(framed(FETCH, 4, waitingFetch()));
    client.write(Buffer.alloc(2 * LIMITS.pipelinedBytesMax - 7, apiVersionsRequest()));
    await expect.poll(() => connection.isReading, POLL).toBe(false);
    connection.sweep(performance.now() + LIMITS.requestArrivalMs * 2);
    expect(warnings).toEqual([]);
  });

  it("gets all answers that were held back once it takes them", async () => {
    client.pause();
    const long = apiVersionsRequest("x".repeat(250));
    const count = Math.ceil((12 * LIMITS.pipelinedBytesMax) / long.length);
    client.write(Buffer.alloc(count * long.length, long));
    await expect.poll(() => connection.isReading, POLL).toBe(false);
    client.resume();
    await expect.poll(() => [connection.isReading, connection.unsentBytes], POLL).toEqual([true, 0]);
    expect(warnings).toEqual([]);
  });

  it("is closed, with one line, when it takes nothing of its answers", async () => {
    client.pause();
    client.write(Buffer.alloc(PIPELINED_REQUESTS * 14, apiVersionsRequest()));
    await expect.poll(() => connection.unsentBytes, POLL).toBeGreaterThanOrEqual(HIGH_WATER_BYTES);
    expect(connection.unsentBytes).toBeLessThan(LIMITS.pipelinedBytesMax);
    connection.sweep(performance.now() + LIMITS.answerDrainMs - 5_000);
    expect(warnings).toEqual([]);
    connection.sweep(performance.now() + LIMITS.answerDrainMs);
    expect(warnings).toMatchObject([{ reason: `an answer was not taken within ${LIMITS.answerDrainMs} ms` }]);
    client.resume();
    await gone;
  });
});
