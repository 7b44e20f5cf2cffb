/**
 * A run of the scenario "short" on a machine with host, runc, Docker, Podman and QEMU with TCG, for where no engine exists.
 * short/ is a run folder, packed: take.ts made it.
 */
import { fileURLToPath } from "node:url";
import { sourceFile } from "../../machine/source-file.ts";
import { type Prediction, readPrediction } from "../analysis/prediction.ts";
import { type Run, readRun } from "../analysis/read.ts";

/** The run folder that comes with Ringlab. Not to be written to: copy it first. */
export const RECORDED = fileURLToPath(sourceFile("./short/", import.meta.url));

/** It, with what was predicted before it was measured. */
export function recordedRun(): { run: Run; prediction: Prediction | undefined } {
  return { run: readRun(RECORDED), prediction: readPrediction(RECORDED) };
}
