/** Assembles a file with what it includes, for every command that takes a source. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Assembly } from "../machine/isa/index.ts";
import { UserError } from "./errors.ts";

export interface SourceOptions {
  defines?: Record<string, string>;
  /** Folders to look in for what %include names, after the including file's own. */
  folders?: readonly string[];
}

/** Throws a UserError with everything that is wrong with the source. Notes go to standard error. */
export async function assembleFile(
  file: string,
  { defines = {}, folders = [] }: SourceOptions = {},
): Promise<Assembly> {
  const source = readSource(file);
  const { assemble, AssemblerError } = await import("../machine/isa/index.ts");
  try {
    const assembly = assemble(source, {
      ...{ file, defines },
      include: (name, from) => find(name, [dirname(from), ...folders]),
    });
    for (const note of assembly.notes) console.error(`note: ${note}`);
    return assembly;
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    const { length } = error.problems;
    throw new UserError(
      `${file} was not assembled: ${length} ${length === 1 ? "error" : "errors"}\n${error.message}`,
    );
  }
}

export function readSource(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function find(name: string, folders: string[]): { file: string; text: string } | undefined {
  for (const folder of folders) {
    const file = join(folder, name);
    try {
      return { file, text: readFileSync(file, "utf8") };
    } catch {
      // It may be in the next folder; the assembler says so when it is in none.
    }
  }
  return undefined;
}
