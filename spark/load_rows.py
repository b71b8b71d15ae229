"""Outcomes as rows of the lane's tables, as server/shared/warehouse-rows.ts describes them, and their sums."""

import datetime
import json

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from rules import DECIMALS, is_possible_amount, is_transaction_id

# What goes where; the payments first.
TABLES = {"payments_raw": "kept", "late_payments": "late", "dead_letters": "dead", "dedup_decisions": "duplicate"}
DEAD_LETTER_BYTES_MAX = 65_536
PAYMENT = ["transaction_id", "customer_id", "merchant_id", "currency", "event_time"]


def table_rows(outcomes: DataFrame, table: str, origin: dict) -> DataFrame:
    """A JSON document per row, in a column `value`. `origin`: topic, checkpoint_id, batch_id, time_ms, late_watermark_ms."""
    columns = {
        "payments_raw": _payments_raw,
        "late_payments": _late_payments,
        "dead_letters": _dead_letters,
        "dedup_decisions": _dedup_decisions,
    }[table](origin)
    rows = outcomes.where(F.col("kind") == TABLES[table]).select("partition", "offset", F.to_json(F.struct(*columns)).alias("value"))
    # A batch that runs again makes the same file, in which the places that BigQuery's errors name mean the same rows.
    return rows.orderBy("partition", "offset").select("value")


def with_refused(outcomes: DataFrame, refused: list) -> DataFrame:
    """The same with the payments that the warehouse refused, (partition, offset, reason), as dead ones."""
    rows = [{"partition": partition, "offset": offset, "refusal": reason} for partition, offset, reason in refused]
    # As JSON: a data frame of Python's rows would need a Python beside every executor.
    parsed = F.from_json(F.lit(json.dumps(rows)), "array<struct<partition: int, offset: bigint, refusal: string>>")
    reasons = outcomes.sparkSession.range(1).select(F.inline(parsed))
    marked = outcomes.join(F.broadcast(reasons), ["partition", "offset"], "left")
    is_refused = F.col("refusal").isNotNull()
    why = F.concat(F.lit("the warehouse refused the row: "), "refusal")
    return marked.withColumn("kind", F.when(is_refused, "dead").otherwise(F.col("kind"))).withColumn(
        "why", F.when(is_refused, why).otherwise(F.col("why"))
    )


def batch_totals(outcomes: DataFrame | None) -> dict:
    """Records and money (minor units by currency, as text) of each kind, and the newest event time of the payments."""
    kinds = {kind: {"count": 0, "money": dict.fromkeys(DECIMALS, "0")} for kind in TABLES.values()}
    if outcomes is None:
        return {"kinds": kinds, "max_event_time_ms": None}
    known = F.when(is_possible_amount(), F.col("amount_minor"))
    sums = [F.sum(F.when(F.col("currency") == name, known)).cast("decimal(38,0)").alias(name) for name in DECIMALS]
    newest = F.max(F.unix_millis("event_timestamp")).alias("newest")
    found = outcomes.groupBy("kind").agg(F.count("*").alias("count"), newest, *sums).collect()
    for row in found:
        money = {name: str(row[name] or 0) for name in DECIMALS}
        kinds[row["kind"]] = {"count": row["count"], "money": money}
    newest_of = [row["newest"] for row in found if row["kind"] != "dead"]
    return {"kinds": kinds, "max_event_time_ms": max(newest_of, default=None)}


def _place(origin: dict) -> list[Column]:
    return [
        F.lit(origin["topic"]).alias("topic"),
        F.col("partition").alias("partition_no"),
        F.col("offset").alias("offset_no"),
        F.lit(origin["checkpoint_id"]).alias("checkpoint_id"),
        F.lit(origin["batch_id"]).alias("batch_id"),
        _time(origin["time_ms"]).alias("ingested_at"),
    ]


def _payments_raw(origin: dict) -> list:
    # Unique per row that BigQuery stores: a job that is made again stores nothing again.
    ingest_id = F.concat(F.lit(f"{origin['checkpoint_id']}-{origin['batch_id']}-"), "partition", F.lit("-"), "offset")
    send_id = F.coalesce(F.col("send_id"), F.lit(""))
    return [*_place(origin), *PAYMENT, _amount(), ingest_id.alias("ingest_id"), send_id.alias("send_id")]


def _late_payments(origin: dict) -> list:
    return [*_place(origin), *PAYMENT, _amount(), _time(origin["late_watermark_ms"]).alias("watermark")]


def _dead_letters(origin: dict) -> list:
    value = F.coalesce(F.col("value"), F.lit(b""))
    size = F.octet_length(value)
    cut = F.concat("why", F.lit(" ("), size.cast("string"), F.lit(" bytes, the first ones kept)"))
    why = F.when(size > DEAD_LETTER_BYTES_MAX, cut).otherwise(F.col("why"))
    # Spark breaks the lines of base64 as for a letter.
    raw = F.translate(F.base64(F.substring(value, 1, DEAD_LETTER_BYTES_MAX)), "\r\n", "")
    return [
        *_place(origin),
        why.alias("reason"),
        F.when(is_transaction_id(), F.col("transaction_id")).alias("transaction_id"),
        raw.alias("raw"),
    ]


def _dedup_decisions(origin: dict) -> list:
    at = F.concat(F.lit(origin["topic"] + "-"), "partition", F.lit("-"), "offset")
    watermark = _iso(origin["late_watermark_ms"])
    why = f"same transaction id as an earlier record, which is within the watermark {watermark}"
    return [
        F.sha2(F.concat(F.lit("consumer "), at, F.lit(" ")), 256).alias("decision_id"),
        "transaction_id",
        F.lit("consumer").alias("layer"),
        F.lit("absorbed").alias("decision"),
        F.lit(why).alias("reason"),
        F.lit(origin["topic"]).alias("topic"),
        F.col("partition").alias("partition_no"),
        F.col("offset").alias("offset_no"),
        _amount(),
        "currency",
        _time(origin["time_ms"]).alias("decided_at"),
    ]


def _amount() -> Column:
    """A decimal string with the currency's decimals."""
    text = F.lit(None).cast("string")
    for currency, decimals in DECIMALS.items():
        exact = (F.col("amount_minor") / 10**decimals).cast(f"decimal(20,{decimals})").cast("string")
        text = F.when(F.col("currency") == currency, exact).otherwise(text)
    return text.alias("amount")


def _time(epoch_ms: int) -> Column:
    return F.lit(_iso(epoch_ms))


def _iso(epoch_ms: int) -> str:
    seconds, ms = divmod(epoch_ms, 1_000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"
