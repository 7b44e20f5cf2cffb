/** A Dockerfile and a Vagrantfile with one provisioning script: the measured environment for whoever has Docker or Vagrant and not Ringlab. */
import { constants, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { sourceFile } from "../../machine/source-file.ts";

export const ENVIRONMENT = ["Dockerfile", "Vagrantfile", "provision.sh"] as const;

/** Copies them into DIR/environment/. A file that is there already is its owner's, and stays. */
export function environmentInto(folder: string): void {
  const to = join(folder, "environment");
  mkdirSync(to, { recursive: true });
  for (const name of ENVIRONMENT)
    if (!existsSync(join(to, name)))
      copyFileSync(sourceFile(`./${name}`, import.meta.url), join(to, name), constants.COPYFILE_EXCL);
}
