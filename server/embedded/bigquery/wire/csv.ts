/**
 * CSV of load jobs: RFC 4180 with BigQuery's options.
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv
 */
export interface CsvOptions {
  delimiter: string;
  /** The quote character; empty for none. */
  quote: string;
  allowQuotedNewlines: boolean;
}

export interface CsvField {
  text: string;
  isQuoted: boolean;
}

export interface CsvRecord {
  /** Line of the text on which the record starts, from 1. */
  line: number;
  fields: CsvField[];
}

/** A text that is not CSV: `line` says where. */
export class CsvError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

interface Reader {
  text: string;
  at: number;
  line: number;
  options: CsvOptions;
}

/** All records of the text; empty lines are left out. Throws CsvError. */
export function parseCsv(text: string, options: CsvOptions): CsvRecord[] {
  const reader: Reader = { text, at: 0, line: 1, options };
  const records: CsvRecord[] = [];
  while (reader.at < text.length) {
    const record = readRecord(reader);
    const isEmpty = record.fields.length === 1 && record.fields[0]?.text === "" && !record.fields[0].isQuoted;
    if (!isEmpty) records.push(record);
  }
  return records;
}

function readRecord(reader: Reader): CsvRecord {
  const { line } = reader;
  const fields = [readField(reader)];
  while (reader.text.startsWith(reader.options.delimiter, reader.at)) {
    reader.at += reader.options.delimiter.length;
    fields.push(readField(reader));
  }
  if (reader.at < reader.text.length && !endLine(reader)) {
    throw new CsvError(reader.line, "Data between close quote character and field separator");
  }
  return { line, fields };
}

function endLine(reader: Reader): boolean {
  if (reader.text.startsWith("\r\n", reader.at)) reader.at += 2;
  else if (reader.text[reader.at] === "\n" || reader.text[reader.at] === "\r") reader.at += 1;
  else return false;
  reader.line += 1;
  return true;
}

function readField(reader: Reader): CsvField {
  const { text, options } = reader;
  if (options.quote !== "" && text.startsWith(options.quote, reader.at)) return readQuoted(reader);
  let end = reader.at;
  while (end < text.length && !text.startsWith(options.delimiter, end) && text[end] !== "\n" && text[end] !== "\r")
    end += 1;
  const field = { text: text.slice(reader.at, end), isQuoted: false };
  reader.at = end;
  return field;
}

function readQuoted(reader: Reader): CsvField {
  const { text, options, line } = reader;
  let value = "";
  let start = reader.at + 1;
  while (true) {
    const close = text.indexOf(options.quote, start);
    if (close < 0) throw new CsvError(line, "Missing close quote character");
    value += text.slice(start, close);
    if (text[close + 1] !== options.quote) {
      reader.at = close + 1;
      break;
    }
    value += options.quote;
    start = close + 2;
  }
  const newlines = value.split("\n").length - 1;
  if (newlines > 0 && !options.allowQuotedNewlines) {
    throw new CsvError(line, "A quoted field contains a newline; set allowQuotedNewlines to allow it");
  }
  reader.line += newlines;
  return { text: value, isQuoted: true };
}
