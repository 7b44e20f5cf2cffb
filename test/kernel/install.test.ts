import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { dataFolder, ForeignSpec, installSpec, specState, uninstallSpec } from "../../src/kernel/install.ts";
import { logoPng } from "../../src/kernel/logo.ts";
import { DEFAULT_SPEC, SPECS } from "../../src/kernel/specs.ts";

const data = mkdtempSync(join(tmpdir(), "ringlab-data-"));
afterAll(() => rmSync(data, { recursive: true }));

test.each([
  [{ JUPYTER_DATA_DIR: "/d" }, "linux", undefined, "/d"],
  [{ XDG_DATA_HOME: "/x" }, "linux", undefined, "/x/jupyter"],
  [{}, "linux", undefined, join(homedir(), ".local/share/jupyter")],
  [{}, "darwin", undefined, join(homedir(), "Library/Jupyter")],
  [{ APPDATA: "/a" }, "win32", undefined, "/a/jupyter"],
  [{ JUPYTER_DATA_DIR: "/d" }, "linux", "/venv", "/venv/share/jupyter"],
] as const)("Jupyter's data folder for %o on %s with prefix %s", (env, platform, prefix, folder) => {
  expect(dataFolder({ env, platform, prefix })).toBe(folder);
});

test.each(SPECS)("installs $name, again, and uninstalls it", async (spec) => {
  expect(specState(spec, data).state).toBe("absent");
  const folder = await installSpec(spec, data);
  expect(await installSpec(spec, data)).toBe(folder);
  expect(readdirSync(folder).sort()).toEqual([
    "kernel.json",
    "logo-32x32.png",
    "logo-64x64.png",
    "logo-svg.svg",
  ]);
  const { name, ...content } = spec;
  expect(JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"))).toEqual(content);
  expect(specState(spec, data).state).toBe("installed");
  expect(uninstallSpec(spec, data)).toBe(folder);
  expect(uninstallSpec(spec, data)).toBeUndefined();
});

test("leaves a kernelspec of someone else alone", async () => {
  const foreign = join(data, "kernels", "ringlab");
  mkdirSync(foreign, { recursive: true });
  writeFileSync(join(foreign, "kernel.json"), '{"argv": ["deno"]}');
  await expect(installSpec(DEFAULT_SPEC, data)).rejects.toThrow(ForeignSpec);
  expect(() => uninstallSpec(DEFAULT_SPEC, data)).toThrow(/jupyter kernelspec remove ringlab/);
  expect(specState(DEFAULT_SPEC, data).state).toBe("foreign");
  expect(readdirSync(foreign)).toEqual(["kernel.json"]);
});

test("the logo is a ring: clear in the middle and the corners, full between", () => {
  const png = logoPng("own", 32);
  const at = png.indexOf("IDAT");
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const alpha = (x: number, y: number) => pixels[y * (1 + 4 * 32) + 1 + 4 * x + 3];
  expect([alpha(16, 16), alpha(0, 0), alpha(16, 5), alpha(5, 16)]).toEqual([0, 0, 255, 255]);
});
