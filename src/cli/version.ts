/** What package.json says of this installation. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL(import.meta.resolve("ringlab/package.json"));
export const { version, description } = JSON.parse(readFileSync(fileURLToPath(root), "utf8")) as {
  version: string;
  description: string;
};
