/** Scenario files: JSON5, from a path or from those that come with Ringlab. */
import { readdir, readFile } from "node:fs/promises";
import JSON5 from "json5";
import { z } from "zod";
import { sourceFile } from "../../machine/source-file.ts";
import { CannotCompare, sentence } from "../errors.ts";
import type { Scenario } from "../record.ts";
import { scenarioFile } from "./schema.ts";

const SHIPPED = sourceFile("./shipped/", import.meta.url);

/** Names of the files that come with Ringlab. */
export async function shipped(): Promise<string[]> {
  const names = await readdir(SHIPPED);
  return names.map((file) => file.replace(/\.json5$/, "")).sort();
}

/**
 * @param file a path, or the name of one that comes with Ringlab
 * @throws CannotCompare that names every wrong value by its place
 */
export async function loadScenarios(file: string): Promise<Scenario[]> {
  const known = await shipped();
  const path = known.includes(file) ? new URL(`${file}.json5`, SHIPPED) : file;
  const text = await readFile(path, "utf8").catch((error) => {
    const others = `those that come with Ringlab are ${known.join(", ")}`;
    if (error.code === "ENOENT") throw new CannotCompare(`there is no scenario file ${file}; ${others}`);
    throw new CannotCompare(`can't read ${file}: ${error.message}`);
  });
  return parseScenarios(text, file);
}

/** @throws CannotCompare */
export function parseScenarios(text: string, file: string): Scenario[] {
  let data: unknown;
  try {
    data = JSON5.parse(text);
  } catch (error) {
    throw new CannotCompare(`${file} is not JSON5: ${sentence(error).replace(/^JSON5: /, "")}`);
  }
  const read = scenarioFile.safeParse(data);
  if (read.success) return read.data.scenarios;
  throw new CannotCompare(`${file} is no scenario file:\n${z.prettifyError(read.error)}`);
}
