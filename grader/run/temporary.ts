/** The temporary folder of one run. All that its processes put into the system's temporary folder lies in there. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lives, parseIdentity, thisProcess } from "./process-identity.ts";

const PREFIX = "ringlab-run-";
const OWNER = "owner.json";

export interface Temporary {
  path: string;
  remove(): void;
}

export function temporaryFolder(parent = tmpdir()): Temporary {
  const path = mkdtempSync(join(parent, PREFIX));
  writeFileSync(join(path, OWNER), JSON.stringify(thisProcess()));
  // A sandbox of another user passes through; only this one lists it.
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Removes the folders of runs of this user that were killed. What cannot be read or removed stays. */
export function sweepTemporary(parent = tmpdir()): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      const owner = parseIdentity(readFileSync(join(parent, name, OWNER), "utf8"));
      if (lives(owner) === false) rmSync(join(parent, name), { recursive: true, force: true });
    } catch {}
  }
}
