/**
 * Registers the kernels with Jupyter, so that JupyterLab, VS Code and nbclient find them.
 * Source: Jupyter client documentation, "Kernel specs"; jupyter_core documentation, "Common directories and file locations".
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { logoPng, logoSvg } from "./logo.ts";
import { replaceFile } from "./replace-file.ts";
import { type KernelSpec, ORIGIN } from "./specs.ts";

/** A kernelspec of that name belongs to someone else. */
export class ForeignSpec extends Error {
  override name = "ForeignSpec";
}

export interface Place {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Of an environment, e.g. a virtualenv or conda folder; without it the user's own data folder is meant. */
  prefix?: string | undefined;
}

/** The folder whose `kernels` Jupyter searches. */
export function dataFolder({ env, platform, prefix }: Place): string {
  if (prefix !== undefined) return join(prefix, "share", "jupyter");
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

/** Written by this installation or by another. */
function isOurs(folder: string): boolean {
  try {
    const { metadata } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as Partial<KernelSpec>;
    return metadata?.origin === ORIGIN;
  } catch {
    return false;
  }
}

const folderOf = (data: string, name: string): string => join(data, "kernels", name);

function refuseForeign(folder: string, name: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !isOurs(folder))
    throw new ForeignSpec(
      `${folder} holds a kernelspec "${name}" that Ringlab did not write; remove it first (jupyter kernelspec remove ${name})`,
    );
}

/** Writes kernel.json and logos; again over our own. Returns the folder. Throws ForeignSpec before anything is written. */
export async function installSpec(spec: KernelSpec, data: string): Promise<string> {
  const folder = folderOf(data, spec.name);
  refuseForeign(folder, spec.name);
  mkdirSync(folder, { recursive: true });
  const { name, ...content } = spec;
  const colour = name.endsWith("tslab") ? "tslab" : "own";
  writeFileSync(join(folder, "logo-svg.svg"), logoSvg(colour));
  for (const size of [32, 64]) writeFileSync(join(folder, `logo-${size}x${size}.png`), logoPng(colour, size));
  await replaceFile(join(folder, "kernel.json"), `${JSON.stringify(content, undefined, 2)}\n`);
  return folder;
}

/** Removes the folder. Returns undefined when there was none. Throws ForeignSpec. */
export function uninstallSpec({ name }: KernelSpec, data: string): string | undefined {
  const folder = folderOf(data, name);
  if (!existsSync(folder)) return undefined;
  refuseForeign(folder, name);
  rmSync(folder, { recursive: true });
  return folder;
}

export type SpecState = "installed" | "foreign" | "absent";

export function specState({ name }: KernelSpec, data: string): { folder: string; state: SpecState } {
  const folder = folderOf(data, name);
  if (!existsSync(join(folder, "kernel.json"))) return { folder, state: "absent" };
  return { folder, state: isOurs(folder) ? "installed" : "foreign" };
}
