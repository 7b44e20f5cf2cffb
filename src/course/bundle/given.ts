/**
 * What a component may import: what its lab's starter imports. The rooms of the library hold the reference solutions of
 * labs (`referenceClassifier` of ringlab/formal), so a room is given by name, not whole. Types are erased and cost nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { isReleased } from "../released.ts";

/** Specifier ("ringlab/formal") → names in their order. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** In a checkout the sources, in an installation what was built of them. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const ROOT = new URL("../../../", import.meta.url);

/** @throws Error when there is no such lab, or when its starter takes what students are not given */
export function givenBy(labId: string): Given {
  const file = new URL(`labs/${labId}/starter.${ENDING}`, ROOT);
  if (!/^\d\d-[a-z0-9-]+$/.test(labId) || !existsSync(file))
    throw new Error(`there is no lab ${labId} with a starter`);
  const given = valueImports(readFileSync(file, "utf8"));
  for (const [specifier, names] of given) {
    if (names.includes("*"))
      throw new Error(
        `the starter of lab ${labId} must import ${specifier} by names: rooms hold reference solutions`,
      );
    sourceOf(specifier);
  }
  return given;
}

/** The file behind a specifier. @throws Error when it is nothing that students are given */
export function sourceOf(specifier: string): string {
  const [, lab, module] = /^ringlab\/labs\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  const [, room] = /^ringlab\/((?:[a-z]+\/)*[a-z]+)$/.exec(specifier) ?? [];
  const path =
    lab !== undefined && isReleased(lab, `${module}.ts`)
      ? `labs/${lab}/${module}.${ENDING}`
      : room !== undefined && lab === undefined
        ? `src/${room}/index.${ENDING}`
        : undefined;
  const file = path && fileURLToPath(new URL(path, ROOT));
  if (!file || !existsSync(file)) throw new Error(`${specifier} is nothing that students are given`);
  return file;
}

function valueImports(starter: string): Given {
  const given = new Map<string, string[]>();
  for (const statement of ts.createSourceFile("starter.ts", starter, ts.ScriptTarget.Latest).statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const names = valueNames(statement.importClause);
    if (names.length > 0) given.set((statement.moduleSpecifier as ts.StringLiteral).text, names);
  }
  return given;
}

function valueNames(clause: ts.ImportClause | undefined): string[] {
  if (!clause || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const named = clause.namedBindings;
  const names = !named
    ? []
    : ts.isNamespaceImport(named)
      ? ["*"]
      : named.elements
          .filter(({ isTypeOnly }) => !isTypeOnly)
          .map(({ propertyName, name }) => (propertyName ?? name).text);
  return clause.name ? ["default", ...names] : names;
}

/** "its own files (./…), and sameWords and window of ringlab/formal". */
export function describeGiven(given: Given): string {
  const and = (list: readonly string[]) =>
    list.length < 2 ? list.join() : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  const rooms = [...given].map(([specifier, names]) => `${and(names)} of "${specifier}"`);
  return ["its own files (./…)", ...rooms, "types from everywhere"].join("; ");
}
