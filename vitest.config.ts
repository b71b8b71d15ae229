import { defineConfig } from "vitest/config";

const folders = "{app,components,contract,lessons,scripts,server}";

/**
 * unit: pure and fast, part of `npm run check`. integration: real processes, ports and disks. kafka: the same against
 * a running Apache Kafka (jars and a Java 17 are needed). spark: with PySpark as layer 3's engine (Python 3 as well).
 */
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${folders}/**/*.test.{ts,tsx}`],
          exclude: ["**/*.integration.test.ts", "**/*.kafka.test.ts", "**/*.spark.test.ts"],
          // They take milliseconds to seconds; a machine that does something else besides takes several times as long.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: [`${folders}/**/*.integration.test.ts`, "e2e/**/*.integration.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "kafka",
          include: [`${folders}/**/*.kafka.test.ts`, "e2e/**/*.kafka.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: "spark",
          include: [`${folders}/**/*.spark.test.ts`, "e2e/**/*.spark.test.ts"],
          globalSetup: "e2e/spark-setup.ts",
          // Half of a short run would go into the second compiler, and no test lives long enough to gain by it.
          env: { JDK_JAVA_OPTIONS: "-XX:TieredStopAtLevel=1" },
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
