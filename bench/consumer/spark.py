"""The peer of bench/consumer/run.ts: Spark's own deduplication on the same topic, as fast as two cores let it.

One query over what the topic holds now, in micro-batches as large as they come (availableNow): parse, deduplicate within
the watermark, commit to a checkpoint, a sink that takes everything. Prints one JSON line.
"""

import argparse
import json
import time
from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

parser = argparse.ArgumentParser()
parser.add_argument("--broker", required=True)
parser.add_argument("--topic", required=True)
parser.add_argument("--checkpoint", required=True)
parser.add_argument("--jars", required=True, help="comma-separated")
parser.add_argument("--delay-ms", type=int, required=True)
options = parser.parse_args()

started = time.time()
spark = (
    SparkSession.builder.master("local[2]")
    .appName("dedupscope bench")
    .config("spark.jars", options.jars)
    # With the default of 1 GB it collects garbage instead of working.
    .config("spark.driver.memory", "2g")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.streaming.stateStore.providerClass",
            "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

fields = "transaction_id STRING, customer_id STRING, merchant_id STRING, amount STRING, currency STRING, event_time TIMESTAMP"
payments = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", options.broker)
    .option("subscribe", options.topic)
    .option("startingOffsets", "earliest")
    .load()
    .select("partition", "offset", F.from_json(F.col("value").cast("string"), fields).alias("payment"))
    .select("partition", "offset", "payment.*")
)
query_started = time.time()
query = (
    payments.withWatermark("event_time", f"{options.delay_ms} milliseconds")
    .dropDuplicatesWithinWatermark(["transaction_id"])
    .writeStream.format("noop")
    .option("checkpointLocation", options.checkpoint)
    .trigger(availableNow=True)
    .start()
)
query.awaitTermination()
seconds = time.time() - query_started
batches = [batch for batch in query.recentProgress if batch.numInputRows > 0]
records = sum(batch.numInputRows for batch in batches)
duplicates = sum(batch.stateOperators[0].customMetrics["numDroppedDuplicateRows"] for batch in batches)


def first_committed(batch) -> float:
    """When a batch was done, seconds since 1970."""
    began = datetime.fromisoformat(batch.timestamp.replace("Z", "+00:00")).timestamp()
    return began + batch.durationMs["triggerExecution"] / 1000


def peak_megabytes(process_id) -> int:
    """Most that a process ever had resident (Linux)."""
    with open(f"/proc/{process_id}/status") as status:
        line = next(text for text in status if text.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


jvm = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
print(
    json.dumps(
        {
            "records": records,
            "kept": records - duplicates,
            "duplicates": duplicates,
            "seconds": seconds,
            "recordsPerSecond": round(records / seconds),
            "batches": len(batches),
            "firstBatchMs": round((first_committed(batches[0]) - started) * 1000),
            "residentMegabytes": peak_megabytes(jvm) + peak_megabytes("self"),
        }
    )
)
spark.stop()
