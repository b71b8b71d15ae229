"""The genuine google-cloud-bigquery client against a server: python python-client.py URL. Prints "all good"."""

import datetime
import decimal
import io
import sys

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

client = bigquery.Client(
    project="python-1",
    credentials=AnonymousCredentials(),
    client_options=ClientOptions(api_endpoint=sys.argv[1]),
)
moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)


def expect(what, answer, expected):
    assert answer == expected, f"{what}: {answer!r} instead of {expected!r}"


def expect_error(what, kind, work):
    try:
        work()
    except kind:
        return
    raise AssertionError(f"{what}: no {kind.__name__}")


client.create_dataset("d")
expect_error("create again", Conflict, lambda: client.create_dataset("d"))
schema = [
    bigquery.SchemaField("id", "STRING", mode="REQUIRED"),
    bigquery.SchemaField("n", "INT64"),
    bigquery.SchemaField("amount", "NUMERIC"),
    bigquery.SchemaField("happened", "TIMESTAMP"),
]
client.create_table(bigquery.Table("python-1.d.t", schema=schema))

row = {"id": "a", "n": 1, "amount": "1.5", "happened": moment.isoformat()}
expect("insert", client.insert_rows_json("d.t", [row], row_ids=["1"]), [])
expect("insert again", client.insert_rows_json("d.t", [row], row_ids=["1"]), [])
refused = client.insert_rows_json("d.t", [{"n": 1}], row_ids=["2"])
expect("refused row", refused[0]["errors"][0]["reason"], "invalid")
stored = [tuple(found) for found in client.query("SELECT * FROM d.t").result()]
expect("stored", stored, [("a", 1, decimal.Decimal("1.5"), moment)])

parameters = [
    bigquery.ScalarQueryParameter("a", "INT64", 5),
    bigquery.ArrayQueryParameter("b", "STRING", ["x"]),
    bigquery.ScalarQueryParameter("c", "TIMESTAMP", moment),
    bigquery.ScalarQueryParameter("d", "BYTES", b"\x00\xff"),
    bigquery.ScalarQueryParameter("e", "NUMERIC", decimal.Decimal("0.000000001")),
]
job = client.query(
    "SELECT @a, @b, @c, @d, @e", job_config=bigquery.QueryJobConfig(query_parameters=parameters)
)
given = tuple(next(iter(job.result())))
expect("parameters", given, (5, ["x"], moment, b"\x00\xff", decimal.Decimal("0.000000001")))

load = bigquery.LoadJobConfig(schema=schema, source_format="NEWLINE_DELIMITED_JSON")
job = client.load_table_from_json([{"id": "b", "n": 2}, {"id": "c"}], "d.t", job_config=load)
job.result()
expect("loaded JSON", job.output_rows, 2)
csv = bigquery.LoadJobConfig(schema=schema[:2], skip_leading_rows=1, source_format="CSV")
job = client.load_table_from_file(io.BytesIO(b'id,n\nd,4\n"e,f",\n'), "d.u", job_config=csv)
job.result()
expect("loaded CSV", [tuple(found) for found in client.list_rows("d.u")], [("d", 4), ("e,f", None)])
large = io.BytesIO(b"".join(b"row-%d,%d\n" % (i, i) for i in range(200_000)))
job = client.load_table_from_file(large, "d.w", job_config=bigquery.LoadJobConfig(schema=schema[:2]))
job.result()
expect("loaded in chunks", client.get_table("d.w").num_rows, 200_000)
bad = client.load_table_from_file(
    io.BytesIO(b"a,not a number\n"), "d.u", job_config=bigquery.LoadJobConfig(schema=schema[:2])
)
expect_error("bad CSV", BadRequest, bad.result)

job = client.query("UPDATE d.t SET n = 9 WHERE id = 'b'")
job.result()
expect("update", (job.num_dml_affected_rows, job.statement_type), (1, "UPDATE"))
numbers = client.query("SELECT x FROM UNNEST(GENERATE_ARRAY(1, 5)) AS x ORDER BY x")
expect("pages", [found.x for found in numbers.result(page_size=2)], [1, 2, 3, 4, 5])
expect("query_and_wait", client.query_and_wait("SELECT 1 AS a").total_rows, 1)
expect_error("refused SQL", BadRequest, client.query("SELECT ST_GEOGPOINT(1, 2)").result)
expect_error("no table", NotFound, client.query("SELECT * FROM d.nothing").result)
expect("tables", sorted(found.table_id for found in client.list_tables("d")), ["t", "u", "w"])
client.delete_dataset("d", delete_contents=True)
expect("datasets", list(client.list_datasets()), [])
print("all good")
