/** The action of `ringlab compare report`. */
import { join, resolve } from "node:path";
import { CannotCompare, whereOf, writeReport } from "../../compare/index.ts";
import { UserError } from "../errors.ts";

/** More reasons than that are read in the report. */
const NAMED = 5;

/** Its exit code is 1 when something may not be compared. */
export async function report(folder: string): Promise<void> {
  if (!(await tellReport(folder))) process.exitCode = 1;
}

/** Writes the report of a run folder and says where it is. Whether everything in it may be compared. */
export async function tellReport(folder: string): Promise<boolean> {
  const path = resolve(folder);
  try {
    const { refused } = await writeReport(path);
    console.log(`The report is ${join(path, "report.html")}, and as Markdown ${join(path, "report.md")}`);
    if (refused.length === 0) return true;
    console.error(`ringlab: refused to compare, as the report says under "Checks":`);
    for (const finding of refused.slice(0, NAMED)) console.error(`  ${whereOf(finding)}: ${finding.what}`);
    if (refused.length > NAMED) console.error(`  and ${refused.length - NAMED} more`);
    return false;
  } catch (error) {
    if (error instanceof CannotCompare) throw new UserError(error.message);
    throw error;
  }
}
