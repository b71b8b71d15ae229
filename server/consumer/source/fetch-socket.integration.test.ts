import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AnswerPool } from "./answer-memory.ts";
import { FetchSocket, type KeptAnswer } from "./fetch-socket.ts";

let server: Server;
let peer: Promise<Socket>;
let port: number;
let kept: KeptAnswer[];
let frames: Buffer[];

beforeEach(async () => {
  server = createServer();
  peer = once(server, "connection").then(([socket]) => socket as Socket);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = typeof address === "object" ? (address?.port ?? 0) : 0;
  kept = [];
  frames = [];
});
afterEach(() => server.close());

async function connect(): Promise<{ socket: FetchSocket; remote: Socket }> {
  const connected = Promise.withResolvers<void>();
  const socket = new FetchSocket({
    host: "127.0.0.1",
    port,
    onConnect: () => connected.resolve(),
    pool: new AnswerPool(),
    keep: (answer) => kept.push(answer) - 1,
  });
  socket.on("data", (received: Buffer) => frames.push(received));
  await connected.promise;
  return { socket, remote: await peer };
}

function request(apiKey: number, correlationId: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32BE(16, 0);
  bytes.writeInt16BE(apiKey, 4);
  bytes.writeInt32BE(correlationId, 8);
  return bytes;
}

function frame(correlationId: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(8 + content.length);
  bytes.writeInt32BE(4 + content.length, 0);
  bytes.writeInt32BE(correlationId, 4);
  content.copy(bytes, 8);
  return bytes;
}

function body(length: number, throttleMs: number): Buffer {
  const bytes = Buffer.alloc(length, length % 251);
  bytes.writeInt32BE(throttleMs, 0);
  return bytes;
}

async function write(remote: Socket, bytes: Buffer, partBytes: number): Promise<void> {
  remote.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += partBytes)
    await new Promise((resolve) => {
      remote.write(bytes.subarray(at, at + partBytes), resolve);
    });
}

test.each([1, 3, 7, 1_000, 1_000_000])(
  "answers in pieces of %i bytes: those to Fetch are kept and named, all others go through",
  async (partBytes) => {
    const { socket, remote } = await connect();
    for (const [apiKey, correlationId] of [
      [3, 1],
      [1, 2],
      [18, 3],
      [1, 4],
    ] as const)
      socket.write(request(apiKey, correlationId));
    const fetched = [body(100, 0), body(partBytes < 10 ? 900 : 300_000, 25)] as const;
    const metadata = frame(1, body(50, 0));
    const versions = frame(3, body(9, 0));
    const all = [metadata, frame(2, fetched[0]), versions, frame(4, fetched[1])];
    await write(remote, Buffer.concat(all), partBytes);
    await expect.poll(() => frames.length).toBe(4);
    const stub = (correlationId: number, throttleMs: number, number: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(throttleMs, 0);
      bytes.writeInt32BE(number, 4);
      return frame(correlationId, bytes);
    };
    expect(frames).toEqual([metadata, stub(2, 0, 0), versions, stub(4, 25, 1)]);
    for (const [index, { memory, bytes }] of kept.entries())
      expect(memory.bytes.subarray(0, bytes).equals(fetched[index] ?? Buffer.alloc(0))).toBe(true);
    socket.end();
  },
);

test("an empty token, as old brokers answer SASL, goes through", async () => {
  const { socket, remote } = await connect();
  const empty = Buffer.alloc(4);
  await write(remote, empty, 4);
  await expect.poll(() => frames).toEqual([empty]);
  socket.end();
});

test("the end of the connection is told", async () => {
  const { socket, remote } = await connect();
  const ended = once(socket, "end");
  remote.end();
  await expect(ended).resolves.toEqual([]);
  socket.end();
});

test("leaving a connection that is gone again and again leaves nothing behind", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on("warning", onWarning);
  const { socket, remote } = await connect();
  const closed = Promise.all([once(socket, "end"), once(remote, "close")]);
  remote.end();
  await closed;
  for (let turn = 0; turn < 20; turn++) {
    socket.end();
    socket.unref();
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});
