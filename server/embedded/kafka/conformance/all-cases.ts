/** The conformance suite: every case against one target. */
import { describe } from "vitest";
import { defineAdminCases } from "./admin.cases.ts";
import { defineAnswerCases } from "./answer.cases.ts";
import { defineConnectionCases } from "./connection.cases.ts";
import { defineEpochCases } from "./epoch.cases.ts";
import { defineKafkajsCases } from "./kafkajs.cases.ts";
import { defineOrderCases } from "./order.cases.ts";
import { defineProducerIdCases } from "./producer-id.cases.ts";
import { defineRefusalCases } from "./refusal.cases.ts";
import { defineRestartCases } from "./restart.cases.ts";
import { defineSettingsCases, defineSingleSettingCases } from "./settings.cases.ts";
import type { ConformanceTarget } from "./target.ts";
import { defineTransactionCases } from "./transaction.cases.ts";
import { defineWindowCases } from "./window.cases.ts";
import { defineWrapCases } from "./wrap.cases.ts";

export function defineConformanceSuite(target: () => ConformanceTarget): void {
  describe("producer ids", () => {
    defineProducerIdCases(target);
  });
  describe("the window of five batches", () => {
    defineWindowCases(target);
  });
  describe("the order of sequences", () => {
    defineOrderCases(target);
  });
  describe("epochs", () => {
    defineEpochCases(target);
  });
  describe("the wrap of sequences", () => {
    defineWrapCases(target);
  });
  describe("refused batches", () => {
    defineRefusalCases(target);
  });
  describe("answers", () => {
    defineAnswerCases(target);
  });
  describe("connections", () => {
    defineConnectionCases(target);
  });
  describe("administration", () => {
    defineSettingsCases(target);
    defineSingleSettingCases(target);
    defineAdminCases(target);
  });
  describe("kafkajs", () => {
    defineKafkajsCases(target);
  });
  describe("transactions", () => {
    defineTransactionCases(target);
  });
  describe("restarts and expiry", () => {
    defineRestartCases(target);
  });
}
