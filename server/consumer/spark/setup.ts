import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const cache = join(root, ".cache", "spark", "4.2.0");
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/** PySpark has these; the connector's copies would stand in their way. */
const alreadyThere = /^(hadoop-|scala-library|slf4j-api)/;

export interface SparkInstallation {
  readonly python: string;
  /** `spark/job.py`. */
  readonly job: string;
  readonly jars: readonly string[];
}

/** PySpark in a virtual environment and the Kafka connector's jars, fetched unless they are there. */
export async function ensureSpark(): Promise<SparkInstallation> {
  mkdirSync(cache, { recursive: true });
  const environment = join(cache, "python");
  const jars = join(cache, "jars");
  try {
    if (!existsSync(environment))
      await complete(environment, async (fresh) => {
        await run("python3", ["-m", "venv", fresh]);
        const requirements = join(root, "spark", "requirements.txt");
        await run(join(fresh, "bin", "python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
      });
    if (!existsSync(jars))
      await complete(jars, async (fresh) => {
        const pom = join(root, "spark", "pom.xml");
        await run("mvn", ["-q", "-B", "-f", pom, copyDependencies, `-DoutputDirectory=${fresh}`]);
      });
  } catch (error) {
    throw new DedupscopeError(
      "process-failed",
      `Spark could not be set up (${messageOf(error).split("\n")[0]}); it needs Python 3 with venv, Java 17 and Maven`,
      { cause: error },
    );
  }
  return {
    python: join(environment, "bin", "python"),
    job: join(root, "spark", "job.py"),
    jars: readdirSync(jars)
      .filter((name) => !alreadyThere.test(name))
      .map((name) => join(jars, name)),
  };
}

/** Makes `target` under another name first, so that an interrupted installation is not taken for a whole one. */
async function complete(target: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${target}-${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  await make(fresh);
  renameSync(fresh, target);
}
