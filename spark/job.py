"""Layer 3 on Spark Structured Streaming: the lane's topic in, what became of each record out.

Started by server/consumer/spark, which sends the settings as the first line of standard input and hears of every
StreamingQueryProgress on standard output (parent.py).
"""

import json
import os
import shutil
import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQueryListener

from outcomes import query_id, read_outcomes, read_plan
from parent import Parent
from rules import future_limit_ms, reason, with_fields
from topic_sink import TopicSink

parent = Parent()
settings = parent.settings
topic = settings["topic"]
checkpoint = settings["checkpoint"]
kafka = settings["kafka"]
delay_ms = settings["delayMs"]
deduplication = settings["deduplication"]


def empty_scratch() -> str:
    """Spark and its Java virtual machine put their temporary files here, not where nobody removes them."""
    scratch = os.path.abspath(settings["scratch"])
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    return scratch


def start_spark() -> SparkSession:
    scratch = empty_scratch()
    builder = (
        SparkSession.builder.master(settings["master"])
        .appName(f"dedupscope {topic}")
        .config("spark.jars", ",".join(settings["jars"]))
        .config("spark.local.dir", scratch)
        .config("spark.driver.extraJavaOptions", f'"-Djava.io.tmpdir={scratch}"')
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # Two cores do not gain from 200 shuffle partitions: the rate is a third with them.
        .config("spark.sql.shuffle.partitions", "2")
        # Plans of a micro-batch are small: to make them anew while they run costs more than it gains.
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.streaming.stateStore.providerClass",
                "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider")
    )
    if settings["master"].startswith("local"):
        loopback = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        for name, value in loopback.items():
            builder = builder.config(name, value)
    if settings["master"].startswith("spark:"):
        # A standalone master gives all its cores to the first query; the other lane's would wait for ever.
        builder = builder.config("spark.cores.max", "1")
    spark = builder.getOrCreate()
    parent.takes_along(spark.sparkContext._gateway.proc)
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def create_sink():
    if settings["sink"]["kind"] == "topic":
        return TopicSink(spark, kafka, settings["sink"]["topic"], settings["checkpointId"])
    # The client's modules take a second to load, and only this sink needs them.
    from load_sink import LoadSink

    return LoadSink(parent, lambda: query_id(spark, checkpoint), {"topic": topic, "checkpointId": settings["checkpointId"], **settings["sink"]})


def write_batch(kept: DataFrame, batch_id: int) -> None:
    try:
        take_batch(kept, batch_id)
    except Exception as error:
        # Spark wraps what was raised here into a text that begins with itself.
        parent.say({"failed": first_line(error)})
        raise


def take_batch(kept: DataFrame, batch_id: int) -> None:
    plan = read_plan(spark, checkpoint, topic, batch_id)
    # Computed once, and also when it has no rows: a second look would run the stateful operator again, and Spark
    # refuses to commit the state of a batch that was not computed.
    ids = kept.select("transaction_id").localCheckpoint(eager=True)
    if not sink.wants(plan):
        return
    rules = {"delay_ms": delay_ms, "deduplication": deduplication}
    outcomes = read_outcomes(spark, kafka, topic, plan, kept=ids, **rules) if plan.has_data() else None
    sink.write(plan, outcomes)


def first_line(error: BaseException) -> str:
    return str(error).split("\n")[0]


def end_with(kind, error: BaseException, trace) -> None:
    """Whatever goes wrong is this process's end, in one sentence."""
    sys.__excepthook__(kind, error, trace)
    parent.say({"failed": first_line(error)})
    parent.end(1)


class Progress(StreamingQueryListener):
    """Every StreamingQueryProgress to the parent, as Spark prints it."""

    def onQueryStarted(self, event):
        parent.say({"started": str(event.runId)})

    def onQueryProgress(self, event):
        parent.say({"progress": json.loads(event.progress.json)})

    def onQueryIdle(self, event):
        pass

    def onQueryTerminated(self, event):
        pass


sys.excepthook = end_with
spark = start_spark()
sink = create_sink()
spark.streams.addListener(Progress())
records = (
    spark.readStream.format("kafka")
    .options(**kafka)
    .option("subscribe", topic)
    .option("includeHeaders", "true")
    .option("startingOffsets", "earliest")
    .option("maxOffsetsPerTrigger", settings["rowsMax"])
    # Retention that overtook the checkpoint stops the query; nothing is skipped.
    .option("failOnDataLoss", "true")
    .load()
)
latest = F.timestamp_millis(F.unix_millis(F.current_timestamp()) + future_limit_ms(delay_ms))
usable = (
    with_fields(records)
    .where(reason(latest).isNull())
    .withWatermark("event_timestamp", f"{delay_ms} milliseconds")
)
# Without the operator nothing filters late rows either.
survivors = usable.dropDuplicatesWithinWatermark(["transaction_id"]) if deduplication else usable
query = (
    survivors.writeStream.option("checkpointLocation", checkpoint)
    .trigger(processingTime=f"{settings['triggerMs']} milliseconds")
    .foreachBatch(write_batch)
    .start()
)
query.awaitTermination()
