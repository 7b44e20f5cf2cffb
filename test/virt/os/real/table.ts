/** The tables beside this file: cases of operations, each line with what a real kernel answered. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Step {
  readonly line: string;
  readonly answer: string;
}
export interface Case {
  readonly file: string;
  readonly name: string;
  readonly steps: readonly Step[];
}

export const FOLDER = join(import.meta.dirname, "table");

/** "# name" begins a case; "init: mkdir /a 755 => ok" is a step; a step without an answer was not recorded yet. */
export function parse(file: string, text: string): Case[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [name, ...lines] = part.trimEnd().split("\n");
      const steps = lines
        .filter((line) => line.trim() !== "")
        .map((line) => {
          const [before, answer] = line.split(" => ");
          return { line: before!.trim(), answer: answer?.trim() ?? "" };
        });
      return { file, name: name!, steps };
    });
}

/** A case as `parse` reads it, with its answers. */
export function print({ name, steps }: Case, answers: readonly string[]): string {
  const width = Math.max(...steps.map(({ line }) => line.length));
  return [`# ${name}`, ...steps.map(({ line }, i) => `${line.padEnd(width)} => ${answers[i]}`), ""].join(
    "\n",
  );
}

export const tableFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".txt"))
    .sort();

/** Groups themselves are on every kernel with cgroup2; controllers only where no older hierarchy has them: record-in-vm.ts. */
export const needsGroups = (file: string): boolean => file.startsWith("cgroup-");
export const needsControllers = (file: string): boolean =>
  needsGroups(file) && !["cgroup-tree.txt", "cgroup-namespaces.txt"].includes(file);
/** Recorded where cgroup2 is mounted with nsdelegate. */
export const isDelegated = (file: string): boolean => file === "cgroup-delegated.txt";

export const tables = (): Case[] =>
  tableFiles().flatMap((file) => parse(file, readFileSync(join(FOLDER, file), "utf8")));
