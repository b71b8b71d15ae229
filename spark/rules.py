"""Which records are payments: the rules of server/consumer/engine/records.ts as column expressions."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

AMOUNT_MINOR_MAX = 99_999_999_999
TRANSACTION_ID_LENGTH_MAX = 128
NAME_LENGTH_MAX = 256
DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0}
FUTURE_MS_MIN = 1_000
FUTURE_MS_MAX = 300_000


def future_limit_ms(delay_ms: int) -> int:
    """How far ahead of the batch's logged time an event time may be."""
    return max(FUTURE_MS_MIN, min(FUTURE_MS_MAX, delay_ms // 2))


def with_fields(records: DataFrame) -> DataFrame:
    """Adds the payment's fields; a field of another JSON type than string is null."""
    text = F.col("value").cast("string")
    document = F.when(F.is_valid_utf8(text), F.try_parse_json(text))
    parsed = records.withColumn("document", document)
    for name in ("transaction_id", "customer_id", "merchant_id", "amount", "currency", "event_time"):
        parsed = parsed.withColumn(name, _string_field(name))
    minor = F.expr("try_cast(amount AS DECIMAL(38, 9))") * F.pow(F.lit(10), _decimals()).cast("int")
    time = F.when(F.col("event_time").rlike(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$"), F.col("event_time"))
    return (
        parsed.withColumn("amount_minor", F.when(F.col("amount").rlike(r"^\d+(\.\d+)?$"), minor))
        .withColumn("event_timestamp", F.try_to_timestamp(time))
        .drop("document")
    )


def _string_field(name: str) -> Column:
    path = f"$.{name}"
    is_string = F.schema_of_variant(F.try_variant_get("document", path, "variant")) == "STRING"
    return F.when(is_string, F.try_variant_get("document", path, "string"))


def _decimals() -> Column:
    decimals = F.lit(None).cast("int")
    for currency, count in DECIMALS.items():
        decimals = F.when(F.col("currency") == currency, F.lit(count)).otherwise(decimals)
    return decimals


def is_possible_amount() -> Column:
    minor = F.col("amount_minor")
    return minor.isNotNull() & (minor > 0) & (minor <= AMOUNT_MINOR_MAX) & (minor == F.floor(minor))


def is_transaction_id() -> Column:
    return _named("transaction_id", TRANSACTION_ID_LENGTH_MAX)


def reason(latest: Column) -> Column:
    """Why a record is a dead letter; null for a payment. `latest` is the last event time that is accepted."""
    time = F.col("event_timestamp")
    return (
        F.when(F.col("value").isNull(), "the record has no value")
        .when(~is_transaction_id(), "not JSON or missing id")
        .when(_decimals().isNull(), "unknown currency")
        .when(~is_possible_amount(), "impossible amount")
        .when(time.isNull() | (time < F.timestamp_seconds(F.lit(0))) | (time > latest), "impossible event time")
        .when(~_named("customer_id", NAME_LENGTH_MAX), "missing customer")
        .when(~_named("merchant_id", NAME_LENGTH_MAX), "missing merchant")
    )


def _named(name: str, length_max: int) -> Column:
    return F.coalesce(F.length(name).between(1, length_max), F.lit(False))
