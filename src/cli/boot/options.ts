/** What the command line says, checked and read, as the machine wants it. */
import { readFileSync } from "node:fs";
import type { CostProfile } from "../../machine/cost.ts";
import type { BootOptions, ImageKind } from "../../machine/load/boot.ts";
import type { Mode } from "../../machine/load/start.ts";
import { findProfile, PROFILES } from "../../machine/profiles/index.ts";
import { UserError } from "../errors.ts";
import { parseAddress, parseMemory } from "./quantity.ts";

/** What the machine is and what is in it. */
export interface MachineCommandOptions {
  multiboot?: boolean;
  module?: string[];
  append?: string;
  disk?: string[];
  memory: string;
  profile?: string;
  /** What executes the guest. */
  system?: string;
  origin?: string;
  entry?: string;
  mode?: Mode;
}

export interface BootCommandOptions extends MachineCommandOptions {
  serial?: boolean;
  screen?: boolean;
  limit?: string;
  trace?: boolean;
  traceTo?: string;
  traceFrom?: string;
  traceSteps?: string;
  gdb?: string;
}

/** Everything but what the image is, unless the options say it. */
export function bootOptions(image: string, options: MachineCommandOptions): BootOptions {
  const kind = askedKind(options);
  return {
    ...(kind && { kind }),
    memory: parseMemory(options.memory),
    ...(options.profile !== undefined && { profile: profileOf(options.profile) }),
    disks: (options.disk ?? []).map((file) => readImage(file, "the disk")),
    commandLine: [image, options.append].filter(Boolean).join(" "),
    modules: (options.module ?? []).map(readModule),
    ...(options.origin !== undefined && { origin: parseAddress(options.origin, "--origin") }),
    ...(options.entry !== undefined && { entry: parseAddress(options.entry, "--entry") }),
    ...(options.mode && { mode: options.mode }),
  };
}

function askedKind({ multiboot, origin, entry, mode }: MachineCommandOptions): ImageKind | undefined {
  const flat = origin !== undefined || entry !== undefined || mode !== undefined;
  if (multiboot && flat)
    throw new UserError(
      "--multiboot says that the image knows its place; --origin, --entry and --mode are for flat images",
    );
  if (multiboot) return "multiboot";
  return flat ? "flat" : undefined;
}

/** What only a multiboot kernel can take. */
export function checkMultibootOnly(kind: ImageKind, { module, append }: MachineCommandOptions): void {
  if (kind === "multiboot" || !(module || append !== undefined)) return;
  throw new UserError(
    `${module ? "--module" : "--append"} is for multiboot kernels, and the image is ${kind === "disk" ? "a disk" : "flat"}: nobody would read it`,
  );
}

function readModule(text: string): { bytes: Uint8Array; commandLine: string } {
  const [file] = text.trim().split(/\s/, 1) as [string];
  return { bytes: readImage(file, "the module"), commandLine: text.trim() };
}

export function readImage(file: string, what: string): Uint8Array {
  try {
    const bytes = readFileSync(file);
    if (bytes.length === 0) throw new UserError(`${what} ${file} is empty`);
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new UserError(`there is no file ${file}`);
    if (code === "EISDIR") throw new UserError(`${what} ${file} is a folder: it must be a file`);
    throw new UserError(`${what} ${file} cannot be read: ${message}`);
  }
}

/** A price list by its id. */
export function profileOf(id: string): CostProfile {
  const found = findProfile(id);
  if (found !== undefined) return found;
  throw new UserError(`there is no profile "${id}": ${PROFILES.map((one) => one.id).join(", ")}`);
}
