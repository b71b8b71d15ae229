"""Outcomes to BigQuery by load jobs, without a detour.

A job's id is made of the query's id, the batch's id and the table: a batch that runs again meets its own jobs (409)
and takes their result. The rows of a batch are the same however often it runs, so that what was loaded before a crash
fits what is loaded after it. The parent journals the batch before the first job and commits it after the last one;
only then is the batch done for Spark.
"""

import tempfile
import time

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import Conflict, GoogleAPICallError, RetryError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import TransportError
from google.cloud import bigquery
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from requests.exceptions import RequestException

from load_rows import TABLES, batch_totals, table_rows
from outcomes import BatchPlan
from parent import Parent

# A call that is not answered by then is made again; a job is asked for its result for longer.
CALL_SECONDS_MAX = 60
RETRY_SECONDS_FIRST = 1
RETRY_SECONDS_MAX = 30
DROPPED_PER_MESSAGE = 1_000
# The rows are wrong: the same job would fail again.
HOPELESS = {"invalid"}

TROUBLE = (GoogleAPICallError, RetryError, TransportError, RequestException, ConnectionError, TimeoutError)


class JobRefused(Exception):
    """BigQuery will not take these rows, however often they are loaded."""


class Attempt:
    """A job, as far as it is known."""

    def __init__(self):
        self.job = None
        # False: an earlier attempt, perhaps of an earlier driver, made it.
        self.is_new = False

    def has_failed(self) -> bool:
        return self.job is not None and self.job.state == "DONE" and self.job.error_result is not None


class LoadSink:
    def __init__(self, parent: Parent, query_id, settings: dict):
        self._parent = parent
        self._query_id = query_id
        self._settings = settings
        endpoint = settings["apiEndpoint"]
        self._client = bigquery.Client(
            project=settings["projectId"],
            location=settings["location"],
            # The server of this program takes no credentials.
            credentials=None if endpoint is None else AnonymousCredentials(),
            client_options=None if endpoint is None else ClientOptions(api_endpoint=endpoint),
        )
        self._in_trouble = False

    def wants(self, plan: BatchPlan) -> bool:
        """False for a batch that was committed before Spark noted it as done."""
        return self._parent.ask({"planned": plan.batch_id})["go"]

    def write(self, plan: BatchPlan, outcomes: DataFrame | None) -> None:
        if outcomes is None:
            self._commit(plan, batch_totals(None))
            return
        outcomes = outcomes.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            self._load(plan, outcomes)
        finally:
            outcomes.unpersist()

    def _load(self, plan: BatchPlan, outcomes: DataFrame) -> None:
        totals = batch_totals(outcomes)
        rows = {table: totals["kinds"][kind]["count"] for table, kind in TABLES.items()}
        self._parent.ask({"loading": {"batch_id": plan.batch_id, "rows": rows}})
        for table, count in rows.items():
            if count == 0:
                continue
            self._load_table(plan, table, count, outcomes)
            self._parent.ask({"loaded": {"batch_id": plan.batch_id, "table": table}})
        for kind in ("duplicate", "late"):
            if totals["kinds"][kind]["count"] > 0:
                self._tell_dropped(plan, kind, outcomes)
        self._commit(plan, totals)

    def _tell_dropped(self, plan: BatchPlan, kind: str, outcomes: DataFrame) -> None:
        found = outcomes.where(F.col("kind") == kind).select("partition", "offset", "transaction_id")
        rows = [list(row) for row in found.collect()]
        for start in range(0, len(rows), DROPPED_PER_MESSAGE):
            part = rows[start : start + DROPPED_PER_MESSAGE]
            self._parent.ask({"dropped": {"batch_id": plan.batch_id, "kind": kind, "rows": part}})

    def _commit(self, plan: BatchPlan, totals: dict) -> None:
        batch = {
            "batch_id": plan.batch_id,
            "watermark_ms": plan.watermark_ms,
            "late_watermark_ms": plan.late_watermark_ms,
            "start_offsets": plan.start,
            "end_offsets": plan.end,
            **totals,
        }
        self._parent.ask({"written": batch})

    def _load_table(self, plan: BatchPlan, table: str, count: int, outcomes: DataFrame) -> None:
        origin = {
            "topic": self._settings["topic"],
            "checkpoint_id": self._settings["checkpointId"],
            "batch_id": plan.batch_id,
            "time_ms": plan.time_ms,
            "late_watermark_ms": plan.late_watermark_ms,
        }
        with tempfile.TemporaryFile() as file:
            for row in table_rows(outcomes, table, origin).toLocalIterator():
                file.write(row.value.encode() + b"\n")
            self._load_file(f"dedupscope_{self._query_id()}_{plan.batch_id}_{table}", table, count, file)

    def _load_file(self, name: str, table: str, count: int, file) -> None:
        """Until the rows are in the table. Jobs that failed stored nothing, and their ids are used up: hence the number
        at the end of the id."""
        number = 0
        pause = RETRY_SECONDS_FIRST
        while True:
            attempt = Attempt()
            try:
                self._run(f"{name}_{number}", table, file, attempt)
                if attempt.job.output_rows != count:
                    raise JobRefused(f"{attempt.job.job_id} stored {attempt.job.output_rows} rows instead of {count}")
                self._say_trouble(None)
                return
            except TROUBLE as error:
                if attempt.has_failed():
                    number += 1
                    if attempt.is_new and attempt.job.error_result["reason"] in HOPELESS:
                        raise JobRefused(f"BigQuery refuses rows of {table}: {error}") from error
                    if not attempt.is_new:
                        continue
                self._say_trouble(f"{table}: {error}")
                time.sleep(pause)
                pause = min(RETRY_SECONDS_MAX, pause * 2)

    def _run(self, job_id: str, table: str, file, attempt: "Attempt") -> None:
        destination = f"{self._settings['projectId']}.{self._settings['dataset']}.{table}"
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
        )
        try:
            attempt.job = self._client.load_table_from_file(
                file, destination, rewind=True, job_id=job_id, job_config=config, timeout=CALL_SECONDS_MAX
            )
            attempt.is_new = True
        except Conflict:
            attempt.job = self._client.get_job(job_id, timeout=CALL_SECONDS_MAX)
        attempt.job.result(timeout=CALL_SECONDS_MAX)

    def _say_trouble(self, text: str | None) -> None:
        if text is None and not self._in_trouble:
            return
        self._in_trouble = text is not None
        self._parent.say({"trouble": text})
