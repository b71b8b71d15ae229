"""What became of every record of a micro-batch: kept, duplicate, late or dead.

Spark drops late rows and duplicates without a word. The batch therefore reads its own range again, as its offset log
says: what is unusable is dead, what has an event time at or below the watermark of the batch before is late, and of
the others the first record, by partition and offset, of each id that Spark kept is kept. Spark's own choice among
copies in one batch depends on its shuffle; this one is the same however often the batch runs.
"""

import json
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from rules import future_limit_ms, reason, with_fields


@dataclass(frozen=True)
class BatchPlan:
    """A batch as the query's offset log has it; times in epoch milliseconds, offsets by partition."""

    batch_id: int
    time_ms: int
    watermark_ms: int
    late_watermark_ms: int
    start: dict
    end: dict

    def has_data(self) -> bool:
        return self.start != self.end


def read_plan(spark: SparkSession, checkpoint: str, topic: str, batch_id: int) -> BatchPlan:
    watermark_ms, time_ms, end = _logged(spark, checkpoint, batch_id)
    if batch_id == 0:
        late_watermark_ms, start = 0, _initial_offsets(spark, checkpoint)
    else:
        late_watermark_ms, _, start = _logged(spark, checkpoint, batch_id - 1)
    return BatchPlan(batch_id, time_ms, watermark_ms, late_watermark_ms, start[topic], end[topic])


def _logged(spark: SparkSession, checkpoint: str, batch_id: int) -> tuple[int, int, dict]:
    lines = _lines(spark, f"{checkpoint}/offsets/{batch_id}")
    metadata = json.loads(lines[1])
    return metadata["batchWatermarkMs"], metadata["batchTimestampMs"], json.loads(lines[2])


def _initial_offsets(spark: SparkSession, checkpoint: str) -> dict:
    text = "\n".join(_lines(spark, f"{checkpoint}/sources/0/0"))
    return json.loads(text[text.index("{"):])


def query_id(spark: SparkSession, checkpoint: str) -> str:
    """The id that the query keeps for as long as its checkpoint."""
    return json.loads(_lines(spark, f"{checkpoint}/metadata")[0])["id"]


def _lines(spark: SparkSession, path: str) -> list[str]:
    return [row.value for row in spark.read.text(path).collect()]


def read_outcomes(
    spark: SparkSession, kafka: dict, topic: str, plan: BatchPlan, *, kept: DataFrame, delay_ms: int, deduplication: bool
) -> DataFrame:
    """The records of the batch with their fields, `kind`, and `why` for the dead; `kept` has the transaction ids."""
    records = (
        spark.read.format("kafka")
        .options(**kafka)
        .option("subscribe", topic)
        .option("includeHeaders", "true")
        .option("startingOffsets", json.dumps({topic: plan.start}))
        .option("endingOffsets", json.dumps({topic: plan.end}))
        .load()
    )
    latest = F.timestamp_millis(F.lit(plan.time_ms + future_limit_ms(delay_ms)))
    rows = (
        with_fields(records)
        .withColumn("why", reason(latest))
        .withColumn("send_id", F.expr("filter(headers, h -> h.key = 'send-id')[0].value").cast("string"))
        .drop("headers", "key", "topic", "timestamp", "timestampType")
    )
    is_dead = F.col("why").isNotNull()
    if not deduplication:
        # Nothing is filtered without the operator, late rows neither.
        return rows.withColumn("kind", F.when(is_dead, "dead").otherwise("kept"))
    is_late = F.col("event_timestamp") <= F.timestamp_millis(F.lit(plan.late_watermark_ms))
    sorted_out = rows.withColumn("kind", F.when(is_dead, "dead").when(is_late, "late").otherwise("on time"))
    marked = sorted_out.join(kept.withColumn("is_kept", F.lit(True)), "transaction_id", "left")
    copies = Window.partitionBy("transaction_id", "kind").orderBy("partition", "offset")
    is_first = (F.row_number().over(copies) == 1) & F.col("is_kept").isNotNull()
    on_time = F.when(is_first, "kept").otherwise("duplicate")
    return marked.withColumn("kind", F.when(F.col("kind") == "on time", on_time).otherwise(F.col("kind")))
