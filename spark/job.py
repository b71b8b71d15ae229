"""Layer 3 on Spark Structured Streaming: the lane's topic in, one outcome per record out.

Spark drops late rows and duplicates without a word. Each micro-batch therefore reads its own range again, as its
offset log says, and whatever was neither kept nor unusable is late (event time at or below the watermark of the batch
before) or a duplicate. The outcomes go to a one-partition topic, the batch's end marker after them; the sink in
server/consumer/spark takes a batch when it sees the marker. Progress goes to standard output, a JSON line a batch.
"""

import argparse
import json
import os
import sys
import threading
import uuid

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener

from rules import future_limit_ms, reason, with_fields

parser = argparse.ArgumentParser()
parser.add_argument("--brokers", required=True)
parser.add_argument("--topic", required=True)
parser.add_argument("--outcomes", required=True, help="topic with one partition")
parser.add_argument("--checkpoint", required=True)
parser.add_argument("--jars", required=True, help="comma-separated")
parser.add_argument("--master", default="local[2]")
parser.add_argument("--delay-ms", type=int, required=True)
parser.add_argument("--deduplication", choices=["on", "off"], default="on")
parser.add_argument("--rows-max", type=int, default=10_000)
parser.add_argument("--trigger-ms", type=int, default=0)
options = parser.parse_args()


def stop_with_parent() -> None:
    """Standard input ends when the parent dies, however it dies; two drivers must not share a checkpoint."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=stop_with_parent, daemon=True).start()

spark = (
    SparkSession.builder.master(options.master)
    .appName(f"dedupscope {options.topic}")
    .config("spark.jars", options.jars)
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.session.timeZone", "UTC")
    # Two cores do not gain from 200 shuffle partitions: the rate is a third with them.
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.streaming.stateStore.providerClass",
            "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

POSITION = ["partition", "offset"]
kafka = {"kafka.bootstrap.servers": options.brokers}


def read_range(start: dict, end: dict) -> DataFrame:
    """The records of a batch, once more."""
    return (
        spark.read.format("kafka")
        .options(**kafka)
        .option("subscribe", options.topic)
        .option("includeHeaders", "true")
        .option("startingOffsets", json.dumps(start))
        .option("endingOffsets", json.dumps(end))
        .load()
    )


def logged(batch_id: int) -> tuple[int, int, dict]:
    """Watermark and time in epoch milliseconds, and end offsets, of a batch as its offset log entry has them."""
    lines = [row.value for row in spark.read.text(f"{options.checkpoint}/offsets/{batch_id}").collect()]
    metadata = json.loads(lines[1])
    return metadata["batchWatermarkMs"], metadata["batchTimestampMs"], json.loads(lines[2])


def initial_offsets() -> dict:
    """Where the first batch began."""
    text = "\n".join(row.value for row in spark.read.text(f"{options.checkpoint}/sources/0/0").collect())
    return json.loads(text[text.index("{"):])


def outcome(frame: DataFrame, kind, why=None) -> DataFrame:
    return frame.select(
        "partition",
        "offset",
        (F.lit(kind) if isinstance(kind, str) else kind).alias("kind"),
        (F.lit(None).cast("string") if why is None else why).alias("reason"),
        F.base64("value").alias("value"),
        F.expr("filter(headers, h -> h.key = 'send-id')[0].value").cast("string").alias("send_id"),
    )


def write_batch(kept: DataFrame, batch_id: int) -> None:
    attempt = str(uuid.uuid4())
    watermark_ms, time_ms, end = logged(batch_id)
    late_watermark_ms, _, start = (0, 0, initial_offsets()) if batch_id == 0 else logged(batch_id - 1)
    # Computed once, and also when it has no rows: a second look would run the stateful operator again, and Spark
    # refuses to commit the state of a batch that was not computed.
    kept = outcome(kept, "kept").localCheckpoint(eager=True)
    if start != end:
        latest = F.timestamp_millis(F.lit(time_ms + future_limit_ms(options.delay_ms)))
        rest = with_fields(read_range(start, end)).join(kept.select(*POSITION), POSITION, "left_anti")
        rest = rest.withColumn("why", reason(latest))
        is_late = F.col("event_timestamp") <= F.timestamp_millis(F.lit(late_watermark_ms))
        kind = F.when(F.col("why").isNotNull(), "dead").when(is_late, "late").otherwise("duplicate")
        send(kept.unionByName(outcome(rest, kind, F.col("why"))), batch_id, attempt)
    marker = {
        "end": True,
        "batch_id": batch_id,
        "attempt": attempt,
        "watermark_ms": watermark_ms,
        "late_watermark_ms": late_watermark_ms,
        "end_offsets": end[options.topic],
        "start_offsets": start[options.topic],
    }
    frame = spark.createDataFrame([(json.dumps(marker),)], "value string")
    frame.write.format("kafka").options(**kafka).option("topic", options.outcomes).save()


def send(outcomes: DataFrame, batch_id: int, attempt: str) -> None:
    labelled = outcomes.withColumn("batch_id", F.lit(batch_id)).withColumn("attempt", F.lit(attempt))
    value = F.to_json(F.struct("*")).alias("value")
    labelled.select(value).write.format("kafka").options(**kafka).option("topic", options.outcomes).save()


class Progress(StreamingQueryListener):
    """Every StreamingQueryProgress to the parent, as Spark prints it."""

    def onQueryStarted(self, event):
        say({"started": str(event.runId)})

    def onQueryProgress(self, event):
        say({"progress": json.loads(event.progress.json)})

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass


def say(message: dict) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


spark.streams.addListener(Progress())
records = (
    spark.readStream.format("kafka")
    .options(**kafka)
    .option("subscribe", options.topic)
    .option("includeHeaders", "true")
    .option("startingOffsets", "earliest")
    .option("maxOffsetsPerTrigger", options.rows_max)
    # Retention that overtook the checkpoint stops the query; nothing is skipped.
    .option("failOnDataLoss", "true")
    .load()
)
latest = F.timestamp_millis(F.unix_millis(F.current_timestamp()) + future_limit_ms(options.delay_ms))
usable = (
    with_fields(records)
    .where(reason(latest).isNull())
    .withWatermark("event_timestamp", f"{options.delay_ms} milliseconds")
)
# Without the operator nothing filters late rows either.
survivors = usable.dropDuplicatesWithinWatermark(["transaction_id"]) if options.deduplication == "on" else usable
query = (
    survivors.writeStream.option("checkpointLocation", options.checkpoint)
    .trigger(processingTime=f"{options.trigger_ms} milliseconds")
    .foreachBatch(write_batch)
    .start()
)
try:
    query.awaitTermination()
except Exception as error:  # the query's end is this process's end, in one sentence
    say({"failed": str(error).split("\n")[0]})
    sys.exit(1)
