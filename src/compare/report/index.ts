/** The report of a run folder. */
export { makeReport, type Report, writeReport } from "./report.ts";
