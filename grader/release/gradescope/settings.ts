/** gradescope.json of the bundle: what the instructor decided when it was made. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { latePolicy } from "../../report/late.ts";
import { release } from "../../report/settings.ts";

const form = z.strictObject({
  lab: z.string(),
  /** Draws the hidden tests. */
  seed: z.number().int().min(0),
  release,
  late: latePolicy.optional(),
});
export type BundleSettings = z.infer<typeof form>;

export const SETTINGS_FILE = "gradescope.json";

export const readSettings = (file: string): BundleSettings =>
  form.parse(JSON.parse(readFileSync(file, "utf8")));
