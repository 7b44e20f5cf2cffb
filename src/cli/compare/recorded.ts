/** The action of `ringlab compare recorded`. */
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { resolve } from "node:path";
import { RECORDED } from "../../compare/index.ts";
import { UserError } from "../errors.ts";
import { tellReport } from "./report.ts";

/** @throws UserError when there is something at `out` already */
export async function recorded(out: string): Promise<void> {
  const folder = resolve(out);
  if (existsSync(folder)) throw new UserError(`--out: ${folder} is there already; name another`);
  await cp(RECORDED, folder, { recursive: true });
  await tellReport(folder);
}
