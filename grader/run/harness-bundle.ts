/** The harness of a lab as one module: its scenarios, and what plays them beside a component. Nothing expected is in it. */
import { build } from "esbuild";
import { shapeOf } from "../record/shape.ts";
import { type Kit, moduleFile } from "./kit.ts";

/** Names in the folder that a sandbox sees: what it runs, and the student's module. */
export const HARNESS = "harness.mjs";
export const MODULE = "component.mjs";

export async function bundleHarness({ lab, scenariosFile }: Kit): Promise<string> {
  const entry = `
    import { SCENARIOS } from ${JSON.stringify(scenariosFile)};
    import { serve } from ${JSON.stringify(moduleFile("grader", "record", "harness"))};
    await serve(SCENARIOS, ${JSON.stringify(shapeOf(lab))}, (n) => import(new URL(${JSON.stringify(`./${MODULE}?`)} + n, import.meta.url).href));
  `;
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: "/", loader: "js" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "silent",
    minifySyntax: true,
  });
  return outputFiles[0]!.text;
}
