/** Rows on standard output while they come: JSON, CSV, or a table for people when all are there. */
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Column, Row } from "../../experiments/index.ts";
import { table } from "../../plots/index.ts";

type Columns = Record<string, Column>;

/** Text of rows as they come. A format sees one row before it has to say anything about the next. */
type Format = (rows: AsyncIterable<Row>, columns: Columns) => AsyncGenerator<string>;

export const FORMATS = { table: asTable, json: asJson, csv: asCsv } satisfies Record<string, Format>;

async function* asJson(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** RFC 4180, with line feeds alone as Unix tools expect; the head holds the keys. */
async function* asCsv(rows: AsyncIterable<Row>, columns: Columns): AsyncGenerator<string> {
  const line = (values: unknown[]) =>
    `${values.map((value) => (/[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value)).join(",")}\n`;
  yield line(Object.keys(columns));
  for await (const row of rows) yield line(Object.keys(columns).map((key) => row[key]));
}

async function* asTable(rows: AsyncIterable<Row>, columns: Columns): AsyncGenerator<string> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  yield `${table(all, { columns, limit: Number.POSITIVE_INFINITY }).text}\n`;
}

/** Writes at the reader's pace. A reader that has seen enough (`| head`) ends it quietly. */
export async function print(text: AsyncIterable<string>, out: Writable): Promise<void> {
  let closed = false;
  const onError = (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE") throw error;
  };
  out.on("error", onError);
  for await (const piece of text) {
    if (closed) break;
    if (!out.write(piece)) await Promise.race([once(out, "drain"), once(out, "close")]).catch(() => {});
  }
  out.off("error", onError);
}
