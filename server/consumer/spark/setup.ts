import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DedupscopeError, messageOf } from "#server/shared/errors.ts";
import { runTool } from "./run-tool.ts";

const root = join(import.meta.dirname, "../../..");
const requirements = join(root, "spark", "requirements.txt");
const pom = join(root, "spark", "pom.xml");
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
/** PySpark has these; the connector's copies would stand in their way. */
const alreadyThere = /^(hadoop-|scala-library|slf4j-api)/;

export const sparkVersion = "4.2.0";
const javaVersionMin = 17;
const pythonMinorMin = 10;

export interface SparkInstallation {
  readonly python: string;
  /** `spark/job.py`. */
  readonly job: string;
  readonly jars: readonly string[];
}

export interface SetupOptions {
  /** Told what is being done, when it takes long. */
  readonly say: (text: string) => void;
  /** Ends the tools that are at work. */
  readonly signal?: AbortSignal;
}

/**
 * PySpark in a virtual environment and the Kafka connector's jars, under `.cache/spark`; fetched unless they are there.
 * Throws `bad-configuration` with a sentence per thing that the machine lacks.
 */
export async function ensureSpark({ say, signal }: SetupOptions): Promise<SparkInstallation> {
  const { directory, environment, python, jars } = places();
  const hasJars = existsSync(jars);
  const lacks = await missingTools(existsSync(python) ? null : "python3", !hasJars, signal);
  if (lacks.length > 0) throw new DedupscopeError("bad-configuration", `Spark cannot be used here: ${lacks.join(" ")}`);
  try {
    mkdirSync(directory, { recursive: true });
    if (!existsSync(python)) {
      say(`setting up Spark ${sparkVersion}, once: PySpark into ${environment} (600 MB, some minutes)`);
      await complete(environment, async (fresh) => {
        await runTool("python3", ["-m", "venv", fresh], signal);
        const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        await runTool(join(fresh, "bin", "python"), [...pip, "--requirement", requirements], signal);
      });
    }
    if (!hasJars) {
      say(`setting up Spark ${sparkVersion}, once: the Kafka connector's jars into ${jars}`);
      await complete(jars, async (fresh) => {
        await runTool("mvn", ["-q", "-B", "-f", pom, copyDependencies, `-DoutputDirectory=${fresh}`], signal);
      });
    }
  } catch (error) {
    const remedy = `look at the reason, then start again; what was fetched is in ${directory}`;
    throw new DedupscopeError("bad-configuration", `Spark could not be set up: ${messageOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
  return installedSpark();
}

/** Where `ensureSpark` has put it. */
export function installedSpark(): SparkInstallation {
  const { python, jars } = places();
  if (!existsSync(python) || !existsSync(jars))
    throw new DedupscopeError(
      "bad-configuration",
      `Spark is not in ${places().directory} any more; start the program again`,
    );
  return {
    python,
    job: join(root, "spark", "job.py"),
    jars: readdirSync(jars)
      .filter((name) => !alreadyThere.test(name))
      .map((name) => join(jars, name)),
  };
}

/** Other requirements get another place, so that an installation is never one that they were changed after. */
function places() {
  const wanted = createHash("sha256").update(readFileSync(requirements)).update(readFileSync(pom)).digest("hex");
  const directory = join(root, ".cache", "spark", `${sparkVersion}-${wanted.slice(0, 8)}`);
  const environment = join(directory, "python");
  return { directory, environment, python: join(environment, "bin", "python"), jars: join(directory, "jars") };
}

async function missingTools(python: "python3" | null, needsMaven: boolean, signal?: AbortSignal): Promise<string[]> {
  const answer = async (command: string) => {
    try {
      return await runTool("sh", ["-c", command], signal);
    } catch {
      return "";
    }
  };
  const missing: string[] = [];
  // As Spark's own scripts look for it.
  const java = /version "(\d+)/.exec(await answer('"${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1'))?.[1];
  if (java === undefined)
    missing.push(`there is no java; install Java ${javaVersionMin} or newer (Debian: default-jre-headless).`);
  else if (Number(java) < javaVersionMin)
    missing.push(`java is version ${java}; install Java ${javaVersionMin} or newer, or set JAVA_HOME to it.`);
  if (python !== null) {
    const version = /^Python 3\.(\d+)/.exec(await answer(`${python} --version`))?.[1];
    if (version === undefined)
      missing.push("there is no python3; install Python 3.10 or newer (Debian: python3-venv).");
    else if (Number(version) < pythonMinorMin)
      missing.push(`python3 is version 3.${version}; install Python 3.${pythonMinorMin} or newer.`);
    else if ((await answer(`${python} -c "import ensurepip, venv; print(1)"`)) === "")
      missing.push("python3 has no venv module; install it (Debian: python3-venv).");
  }
  if (needsMaven && (await answer("mvn --version")) === "")
    missing.push("there is no mvn, which fetches the connector's jars; install Maven (Debian: maven).");
  return missing;
}

/** Makes `target` under another name first, so that an interrupted installation is not taken for a whole one. */
async function complete(target: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${target}-${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  try {
    await make(fresh);
    // What is there was made by a Python that is gone, or it would have been used.
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
