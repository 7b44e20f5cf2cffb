/** A copy of a job's folder that any user of the sandbox can read, and nobody else on this machine. */
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Stage {
  /** 0755 in a folder that is 0700: for who may pass that, or finds this mounted elsewhere. */
  folder: string;
  /** The folder around it. */
  around: string;
  remove(): void;
}

export function stage(folder: string): Stage {
  const around = mkdtempSync(join(tmpdir(), "ringlab-stage-"));
  const copy = join(around, "job");
  const remove = () => rmSync(around, { recursive: true, force: true });
  try {
    cpSync(folder, copy, { recursive: true });
    chmodSync(copy, 0o755);
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
      chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { folder: copy, around, remove };
}
