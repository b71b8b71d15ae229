import { expect, test } from "vitest";
import { actionOf, keyBindings } from "./key-bindings.ts";
import { nextRate } from "./rate-steps.ts";

const press = (key: string, over: object = {}) =>
  actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, focus: "none", ...over });

test("keys do what the list says", () => {
  expect(press("i")).toBe("inject");
  expect(press("I")).toBe("inject");
  expect(press(" ")).toBe("pause");
  expect(press("?")).toBe("keys");
  expect(press("x")).toBeUndefined();
});

test("a key held down injects once", () => {
  expect(press("i", { repeat: true })).toBeUndefined();
});

test("keys of the browser, of fields and Space on a button are left alone", () => {
  expect(press("i", { ctrlKey: true })).toBeUndefined();
  expect(press("i", { focus: "text" })).toBeUndefined();
  expect(press(" ", { focus: "button" })).toBeUndefined();
  expect(press("i", { focus: "button" })).toBe("inject");
});

test("no key has two meanings", () => {
  const keys = keyBindings.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test("the rate steps up and down and stops at its limits", () => {
  expect(nextRate(20, 1)).toBe(50);
  expect(nextRate(20, -1)).toBe(10);
  expect(nextRate(33, 1)).toBe(50);
  expect(nextRate(2000, 1)).toBe(2000);
  expect(nextRate(1, -1)).toBe(1);
});
