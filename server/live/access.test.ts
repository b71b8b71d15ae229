import { describe, expect, test } from "vitest";
import { judgeControl, judgeRequest, type AccessPolicy } from "./access.ts";

const local: AccessPolicy = { host: "127.0.0.1", port: 3000, machineName: "teacher", token: null };
const open: AccessPolicy = { host: "0.0.0.0", port: 3000, machineName: "teacher", token: "s3cret" };
const from = (host: string | undefined, origin?: string, authorization?: string) => ({ host, origin, authorization });

describe("on a loopback address", () => {
  test("a program without an Origin may control when its Host is right", () => {
    expect(judgeControl(from("127.0.0.1:3000"), local).allowed).toBe(true);
    expect(judgeControl(from("localhost:3000"), local).allowed).toBe(true);
  });

  test("the server's own page may control", () => {
    expect(judgeControl(from("localhost:3000", "http://localhost:3000"), local).allowed).toBe(true);
  });

  test("another web page is refused, whatever it asks", () => {
    expect(judgeRequest(from("127.0.0.1:3000", "https://evil.example"), local).allowed).toBe(false);
    expect(judgeRequest(from("127.0.0.1:3000", "http://127.0.0.1:8080"), local).allowed).toBe(false);
    expect(judgeRequest(from("127.0.0.1:3000", "null"), local).allowed).toBe(false);
  });

  test("a rebound name is refused", () => {
    expect(judgeRequest(from("evil.example:3000"), local).allowed).toBe(false);
    expect(judgeRequest(from("10.0.0.5:3000"), local).allowed).toBe(false);
    expect(judgeRequest(from(undefined), local).allowed).toBe(false);
    expect(judgeRequest(from("a b"), local).allowed).toBe(false);
  });
});

describe("on an address that other machines reach", () => {
  test("everybody may read by address or machine name, nobody by a foreign name", () => {
    expect(judgeRequest(from("10.0.0.5:3000"), open).allowed).toBe(true);
    expect(judgeRequest(from("teacher:3000"), open).allowed).toBe(true);
    expect(judgeRequest(from("evil.example:3000"), open).allowed).toBe(false);
  });

  test("control needs the token", () => {
    expect(judgeControl(from("10.0.0.5:3000"), open)).toMatchObject({ allowed: false, status: 401 });
    expect(judgeControl(from("10.0.0.5:3000", undefined, "Bearer wrong!"), open)).toMatchObject({ status: 401 });
    expect(judgeControl(from("10.0.0.5:3000", undefined, "Bearer s3cret"), open).allowed).toBe(true);
  });
});
