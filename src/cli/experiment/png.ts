/** SVG to PNG with whatever the machine has for it: nothing that we ship rasterises text well. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../errors.ts";

/** Pixels of the PNG per pixel of the SVG: text stays sharp on a dense screen and on paper. */
const SCALE = 2;

interface Job {
  svg: string;
  png: string;
  /** Of the SVG, in its own pixels. */
  width: number;
  height: number;
  /** An empty folder for the converter's own files. */
  scratch: string;
}

/** In the order of preference: small and fast first. */
const CONVERTERS: { commands: string[]; args: (job: Job) => string[] }[] = [
  { commands: ["rsvg-convert"], args: ({ svg, png }) => ["--zoom", String(SCALE), "--output", png, svg] },
  {
    commands: ["magick", "convert"],
    args: ({ svg, png }) => ["-background", "none", "-density", String(96 * SCALE), svg, png],
  },
  {
    commands: ["inkscape"],
    args: ({ svg, png, width }) => [
      "--export-type=png",
      `--export-width=${width * SCALE}`,
      `--export-filename=${png}`,
      svg,
    ],
  },
  {
    commands: ["chromium", "chromium-browser", "google-chrome"],
    args: ({ svg, png, width, height, scratch }) => [
      "--headless",
      "--disable-gpu",
      "--hide-scrollbars",
      "--default-background-color=00000000",
      `--force-device-scale-factor=${SCALE}`,
      `--window-size=${width},${height}`,
      `--user-data-dir=${scratch}`,
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--screenshot=${png}`,
      svg,
    ],
  },
];

export interface Converter {
  command: string;
  /** @throws {UserError} when the command fails, with what it said */
  toPng(svg: string, file: string): Promise<void>;
}

/**
 * @param path the folders to search, as in PATH
 * @throws {UserError} naming what to install
 */
export function findConverter(path = process.env.PATH ?? ""): Converter {
  for (const { commands, args } of CONVERTERS)
    for (const command of commands)
      for (const folder of path.split(delimiter))
        if (isExecutable(join(folder, command)))
          return { command, toPng: (svg, file) => convert(join(folder, command), args, svg, file) };
  throw new UserError(
    "--png needs a program that turns SVG into PNG, and none is installed: install librsvg (apt-get install librsvg2-bin, brew install librsvg), ImageMagick, Inkscape or Chromium, or use --svg",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function convert(
  command: string,
  args: (job: Job) => string[],
  source: string,
  png: string,
): Promise<void> {
  const [, width, height] = source.match(/^<svg[^>]* width="(\d+)" height="(\d+)"/)!.map(Number) as [
    number,
    number,
    number,
  ];
  const scratch = await mkdtemp(join(tmpdir(), "ringlab-png-"));
  try {
    const svg = join(scratch, "figure.svg");
    await writeFile(svg, source);
    await promisify(execFile)(command, args({ svg, png, width, height, scratch }), { timeout: 60_000 });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new UserError(`${command} could not make ${png}: ${stderr.trim() || message}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
