"""Outcomes to BigQuery by load jobs, without a detour.

A job's id is made of the query's id, the batch's id and the table: a batch that runs again meets its own jobs (409)
and takes their result. The rows of a batch are the same however often it runs, so that what was loaded before a crash
fits what is loaded after it. The parent journals each job before it is made and commits the batch after the last one;
only then is the batch done for Spark.

A row that BigQuery refuses is left out by the job, which tells how many it stored. Which payments those are is read from
the table, because BigQuery names the first bad rows only; they go to the dead letters of the same batch.
"""

import datetime
import json
import re
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

from load_rows import TABLES, batch_totals, table_rows, with_refused
from outcomes import BatchPlan
from parent import Parent

# A call that is not answered by then is made again; a job is asked for its result for longer.
CALL_SECONDS_MAX = 60
RETRY_SECONDS_FIRST = 1
RETRY_SECONDS_MAX = 30
ROWS_PER_MESSAGE = 1_000
# The job is wrong, and not only rows of it: the same job would fail again.
HOPELESS = {"invalid"}

TROUBLE = (GoogleAPICallError, RetryError, TransportError, RequestException, ConnectionError, TimeoutError)


class JobRefused(Exception):
    """BigQuery will not run this load, however often it is made."""


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
        refused = []
        for table, kind in TABLES.items():
            count = totals["kinds"][kind]["count"]
            rows = outcomes
            if table == "dead_letters" and refused:
                count += len(refused)
                rows = with_refused(outcomes, refused)
            of_table = self._load_table(plan, table, count, rows)
            if table == "payments_raw":
                refused = of_table
        for kind in ("duplicate", "late"):
            if totals["kinds"][kind]["count"] > 0:
                found = outcomes.where(F.col("kind") == kind).select("partition", "offset", "transaction_id")
                rows = [list(row) for row in found.collect()]
                self._tell("dropped", {"batch_id": plan.batch_id, "kind": kind}, rows)
        self._commit(plan, totals)

    def _tell(self, what: str, of: dict, rows: list) -> None:
        for start in range(0, len(rows), ROWS_PER_MESSAGE):
            self._parent.ask({what: {**of, "rows": rows[start : start + ROWS_PER_MESSAGE]}})

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

    def _load_table(self, plan: BatchPlan, table: str, count: int, outcomes: DataFrame) -> list:
        """The refused rows of payments as (partition, offset, reason); of other tables the parent is told only how many."""
        if count == 0:
            return []
        origin = {
            "topic": self._settings["topic"],
            "checkpoint_id": self._settings["checkpointId"],
            "batch_id": plan.batch_id,
            "time_ms": plan.time_ms,
            "late_watermark_ms": plan.late_watermark_ms,
        }
        of = {"batch_id": plan.batch_id, "table": table}
        self._parent.ask({"loading": {**of, "rows": count}})
        refused = []
        with tempfile.TemporaryFile() as file:
            for row in table_rows(outcomes, table, origin).toLocalIterator():
                file.write(row.value.encode() + b"\n")
            job = self._load_file(f"dedupscope_{self._query_id()}_{plan.batch_id}_{table}", table, count, file)
            rejected = count - job.output_rows
            reason = _message(job.errors[0]) if job.errors else None
            if rejected > 0 and table == "payments_raw":
                stored = self._until_answered(table, lambda: self._stored_positions(origin))
                refused = _refused_rows(file, stored, job.errors or [])
                if len(refused) != rejected:
                    raise JobRefused(f"{job.job_id} left out {rejected} rows, but {len(refused)} are not in {table}")
        self._tell("refused", {"batch_id": plan.batch_id}, refused)
        self._parent.ask({"loaded": {**of, "rejected": rejected, "reason": reason}})
        return refused

    def _load_file(self, name: str, table: str, count: int, file) -> bigquery.LoadJob:
        """Until the rows are in the table. Jobs that failed stored nothing, and their ids are used up: hence the number
        at the end of the id."""
        number = 0

        def run() -> bigquery.LoadJob:
            nonlocal number
            while True:
                attempt = Attempt()
                try:
                    self._run(f"{name}_{number}", table, {"count": count, "file": file}, attempt)
                    return attempt.job
                except TROUBLE as error:
                    if not attempt.has_failed():
                        raise
                    number += 1
                    if attempt.is_new:
                        if attempt.job.error_result["reason"] in HOPELESS:
                            raise JobRefused(f"BigQuery refuses to load into {table}: {error}") from error
                        raise

        return self._until_answered(table, run)

    def _until_answered(self, table: str, call):
        """The result of `call`, repeated for as long as BigQuery is in trouble."""
        pause = RETRY_SECONDS_FIRST
        while True:
            try:
                result = call()
                self._say_trouble(None)
                return result
            except TROUBLE as error:
                self._say_trouble(f"{table}: {error}")
                time.sleep(pause)
                pause = min(RETRY_SECONDS_MAX, pause * 2)

    def _run(self, job_id: str, table: str, rows: dict, attempt: Attempt) -> None:
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
            # A job that failed because of one row would have stored none of them.
            max_bad_records=rows["count"],
        )
        try:
            attempt.job = self._client.load_table_from_file(
                rows["file"], self._name_of(table), rewind=True, job_id=job_id, job_config=config, timeout=CALL_SECONDS_MAX
            )
            attempt.is_new = True
        except Conflict:
            attempt.job = self._client.get_job(job_id, timeout=CALL_SECONDS_MAX)
        attempt.job.result(timeout=CALL_SECONDS_MAX)

    def _stored_positions(self, origin: dict) -> set:
        """Where the batch's payments in the table come from. All of them have the batch's time, whose partition is read."""
        sql = f"""SELECT partition_no, offset_no FROM `{self._name_of("payments_raw")}`
            WHERE ingested_at = @time AND checkpoint_id = @checkpoint AND batch_id = @batch"""
        time_of_batch = datetime.datetime.fromtimestamp(origin["time_ms"] / 1_000, datetime.timezone.utc)
        parameters = [
            bigquery.ScalarQueryParameter("time", "TIMESTAMP", time_of_batch),
            bigquery.ScalarQueryParameter("checkpoint", "STRING", origin["checkpoint_id"]),
            bigquery.ScalarQueryParameter("batch", "INT64", origin["batch_id"]),
        ]
        config = bigquery.QueryJobConfig(query_parameters=parameters)
        rows = self._client.query(sql, job_config=config, timeout=CALL_SECONDS_MAX).result(timeout=CALL_SECONDS_MAX)
        return {(row["partition_no"], row["offset_no"]) for row in rows}

    def _name_of(self, table: str) -> str:
        return f"{self._settings['projectId']}.{self._settings['dataset']}.{table}"

    def _say_trouble(self, text: str | None) -> None:
        if text is None and not self._in_trouble:
            return
        self._in_trouble = text is not None
        self._parent.say({"trouble": text})


def _refused_rows(file, stored: set, errors: list) -> list:
    """Rows of the file that are not stored, each with the reason that names its place in the file, or else the first."""
    at = re.compile(r"starting at position (\d+)\b")
    reasons = {}
    for error in errors:
        place = at.search(error.get("message", ""))
        if place is not None:
            reasons.setdefault(int(place[1]), _message(error))
    other = _message(errors[0]) if errors else "BigQuery left the row out and gave no reason"
    refused = []
    position = 0
    file.seek(0)
    for line in file:
        row = json.loads(line)
        place = (row["partition_no"], row["offset_no"])
        if place not in stored:
            refused.append([*place, reasons.get(position, other)])
        position += len(line)
    return refused


def _message(error: dict) -> str:
    return error.get("message", "BigQuery gave no reason")
