/** The action of `ringlab compare report`. */
import { join, resolve } from "node:path";
import { CannotCompare, writeReport } from "../../compare/index.ts";
import { UserError } from "../errors.ts";

export async function report(folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    const { refused } = await writeReport(path);
    console.log(`The report is ${join(path, "report.html")}, and as Markdown ${join(path, "report.md")}`);
    if (refused > 0) console.log(`${refused} finding(s) forbid comparisons; they are named under "Checks"`);
  } catch (error) {
    if (error instanceof CannotCompare) throw new UserError(error.message);
    throw error;
  }
}
