import { expect, test, type Page } from "@playwright/test";
import type { FaultSnapshot, Snapshot } from "../contract/snapshot.ts";
import { Program, laneOf } from "./program.ts";

test.describe.configure({ mode: "serial" });

let program: Program;
/** Cycles take their time on a machine that others use. */
const busy = { timeout: 60_000 };
const pageErrors: string[] = [];

test.beforeAll(async () => {
  program = new Program({ RATE: "10", SEED: "42", WATERMARK_DELAY_MS: "5000" });
  await program.start();
  await program.until("the lane matches", (now) => laneOf(now, "protected").verdict === "MATCH");
});
test.afterAll(async () => {
  await program.dispose();
});

async function openPage(page: Page, path = "/"): Promise<void> {
  page.on("pageerror", (error) => pageErrors.push(error.message));
  await page.goto(program.address + path);
}

const newest = (snapshot: Snapshot, kind: string): FaultSnapshot | undefined =>
  snapshot.faults.findLast((fault) => fault.kind === kind);

test("a fault behind the list is found, explained and injected by keyboard alone", async ({ page }) => {
  await openPage(page);
  const gutter = page.getByRole("group", { name: "Faults: Between producer and broker" });
  await gutter.getByRole("button", { name: /more$/ }).focus();
  await page.keyboard.press("Enter");
  const list = page.getByRole("dialog", { name: "More faults" });
  await expect(list.getByRole("heading")).toHaveText("Between producer and broker");
  await expect(list).toContainText("below or above the timeout");
  const button = list.getByTestId("inject-answer-late");
  for (let presses = 0; presses < 20 && !(await button.evaluate((node) => node === document.activeElement)); presses++)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await program.until("it is injected", (now) => newest(now, "answer-late") !== undefined);
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
});

test("the point at which the consumer is killed is chosen from a list", async ({ page }) => {
  await openPage(page);
  await page.getByRole("button", { name: "About Kill consumer" }).click();
  await page.getByLabel("When").selectOption({ label: "after the commit" });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const injected = await program.until("it is injected", (now) => newest(now, "consumer-killed") !== undefined);
  expect(newest(injected, "consumer-killed")?.parameters).toEqual({ point: "after-commit" });
  const ended = await program.until("it has ended", (now) => newest(now, "consumer-killed")?.state === "ended");
  expect(ended.processes.find(({ name }) => name === "consumer-protected")?.restarts).toBe(1);
});

test("the alarm is proved and cleaned up from the page", async ({ page }) => {
  await openPage(page);
  await program.until("a window is old enough", (now) => laneOf(now, "protected").windows.settled >= 5);
  await page.getByRole("button", { name: "Prove the alarm" }).click();
  await page.getByRole("dialog", { name: "More faults" }).getByTestId("inject-plant-duplicate").click();
  await program.until("it is planted", (now) => newest(now, "plant-duplicate")?.state === "acting");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("verdict-protected")).toHaveAttribute("data-verdict", "BREAK", busy);
  await page.getByTestId("clean-up").click();
  await expect(page.getByTestId("verdict-protected")).toHaveAttribute("data-verdict", "MATCH", busy);
  await expect(page.getByTestId("clean-up")).toHaveCount(0, busy);
});

test("a late payment is booked on the reconciliation page", async ({ page }) => {
  await program.request("POST", "/api/faults/payment-held-back", {});
  await program.until("the verdict breaks", (now) => laneOf(now, "protected").verdict === "BREAK");
  await openPage(page, "/reconciliation");
  const late = page.getByTestId("late-payments-protected");
  await expect(late).toContainText("1 late payment, kept but not booked");
  await late.getByRole("button", { name: /^Book/ }).click();
  await expect(late).toBeHidden(busy);
  await program.until("the verdict is repaired", (now) => laneOf(now, "protected").verdict === "MATCH");
});

test("on a narrow screen every fault and the alarm can be reached, and nothing is wider than the screen", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openPage(page);
  await expect(page.getByRole("button", { name: "Prove the alarm" })).toBeVisible();
  await expect(page.getByTestId("inject-consumer-killed")).toBeVisible();
  await page.getByRole("button", { name: /more$/ }).first().click();
  const list = page.getByRole("dialog", { name: "More faults" });
  await expect(list).toBeVisible();
  const { width } = (await list.boundingBox()) ?? { width: Infinity };
  expect(width).toBeLessThanOrEqual(390);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(pageErrors).toEqual([]);
});
