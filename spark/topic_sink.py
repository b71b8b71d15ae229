"""Outcomes to a topic with one partition, the batch's end marker after them; the sink in server/consumer/spark takes a
batch when it sees the marker."""

import json
import uuid

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from outcomes import BatchPlan


class TopicSink:
    def __init__(self, spark: SparkSession, kafka: dict, topic: str, checkpoint_id: str):
        self._spark = spark
        self._kafka = kafka
        self._topic = topic
        self._checkpoint_id = checkpoint_id

    def wants(self, plan: BatchPlan) -> bool:
        """The reader knows which batches it has."""
        return True

    def write(self, plan: BatchPlan, outcomes: DataFrame | None) -> None:
        attempt = str(uuid.uuid4())
        if outcomes is not None:
            row = outcomes.select(
                F.lit(self._checkpoint_id).alias("checkpoint_id"),
                F.lit(plan.batch_id).alias("batch_id"),
                F.lit(attempt).alias("attempt"),
                "partition",
                "offset",
                "kind",
                F.col("why").alias("reason"),
                F.base64("value").alias("value"),
                "send_id",
            )
            self._send(row.select(F.to_json(F.struct("*")).alias("value")))
        marker = {
            "end": True,
            "checkpoint_id": self._checkpoint_id,
            "batch_id": plan.batch_id,
            "attempt": attempt,
            "watermark_ms": plan.watermark_ms,
            "late_watermark_ms": plan.late_watermark_ms,
            "end_offsets": plan.end,
            "start_offsets": plan.start,
        }
        # A data frame of Python's rows would need a Python beside every executor.
        self._send(self._spark.range(1).select(F.lit(json.dumps(marker)).alias("value")))

    def _send(self, values: DataFrame) -> None:
        values.write.format("kafka").options(**self._kafka).option("topic", self._topic).save()
