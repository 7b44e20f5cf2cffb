import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { makeReport, type Report, writeReport } from "../../../src/compare/report/index.ts";
import { parseScenarios } from "../../../src/compare/scenario/load.ts";
import { goodRun, measured, writeRun } from "../synthetic.ts";

const section = ({ markdown }: Report, title: string): string =>
  markdown.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";

/** CPU work alone and no samples: what a test needs no pictures for. */
function smallRun() {
  const run = goodRun();
  run.facts.scenarios.splice(1);
  run.repetitions = run.repetitions.filter(({ scenario }) => scenario === "small");
  run.samples = new Map();
  return run;
}

describe("of a good run", () => {
  let report: Report;
  beforeAll(() => {
    report = makeReport(goodRun());
  });

  test("says first what came out", () => {
    expect(section(report, "Result")).toMatch(
      /qemu-tcg: 7\.3× fewer events per CPU-second than host, 95 % CI/,
    );
    expect(section(report, "Result")).toMatch(/docker: [12]\.\d % fewer events per CPU-second than host/);
    expect(report.refused).toEqual([]);
  });

  test("has a table of each scenario and case in the shape that the homework asks for", () => {
    const text = section(report, "Measurements");
    expect(text.match(/^### .*/gm)).toEqual([
      "### small: prime-10000",
      "### small: prime-20000",
      "### files: seqwr",
      "### files: rndrd",
    ]);
    expect(text).toContain("events/CPU-s | events/s | total events | latency ms | kernel % | user % |");
    expect(text).toContain("write MiB/s | latency ms | disk wait ms | disk busy % | kernel % | user % |");
    expect(
      text.match(
        /^\| \*\*docker\*\* \(n = 5\) \| average .*\n\| {2}\| minimum .*\n\| {2}\| maximum .*\n\| {2}\| std /gm,
      ),
    ).toHaveLength(4);
  });

  test("shows what is not there, and why", () => {
    expect(section(report, "Targets")).toContain("tried, not usable: /dev/kvm opens, but no guest reaches");
    expect(section(report, "Targets")).toContain("not installed: apt-get install podman runc");
  });

  test("gives the scenarios as a file that runs again", () => {
    const text = section(report, "Run it again");
    const file = /```json\n(.*?)\n```/s.exec(text)![1]!;
    expect(parseScenarios(file, "the report's")).toEqual(goodRun().facts.scenarios);
    expect(text).toContain("ringlab compare run --targets host,docker,qemu-tcg \\\n");
  });

  test("its checklist says what is open and links every section", () => {
    const text = section(report, "Checklist");
    expect(text).toMatch(/Three scenarios .*\[Scenarios\]\(#scenarios\) \| open: 2 scenario\(s\) of three/);
    expect(text).toMatch(/file I\/O both measured .*✓/);
  });

  test("obeys the law and says so", () =>
    expect(section(report, "The law of operations")).toContain("; within the 6 %"));

  test("is a page whose every link inside leads somewhere, with all pictures in it and nothing from elsewhere", () => {
    const { document } = parseHTML(report.html);
    const links = [...document.querySelectorAll("a")].map((link) => link.getAttribute("href")!);
    const inside = links.filter((link) => link.startsWith("#"));
    expect(inside.length).toBeGreaterThan(20);
    for (const link of inside)
      expect(document.getElementById(decodeURIComponent(link.slice(1)))).not.toBeNull();
    expect(links.filter((link) => !link.startsWith("#") && !link.startsWith("raw/"))).toEqual([]);
    const pictures = [...document.querySelectorAll("img")];
    expect(pictures).toHaveLength(report.figures.size);
    for (const picture of pictures) {
      expect(picture.getAttribute("src")).toMatch(/^data:image\/svg\+xml;base64,/);
      expect(picture.getAttribute("alt")!.length).toBeGreaterThan(40);
    }
    expect(document.querySelectorAll("script")).toHaveLength(0);
  });
});

test("a folder gets its report, pictures and links to logs that are there", async () => {
  const folder = writeRun(goodRun());
  const { figures } = await writeReport(folder);
  const markdown = readFileSync(join(folder, "report.md"), "utf8");
  const links = [...markdown.matchAll(/\]\(((?:raw|report)\/[^)]+)\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(figures.size);
  expect(links.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  expect(existsSync(join(folder, "report.html"))).toBe(true);
});

test("shows an image's history, and what the host of a machine saw of its disk", () => {
  const run = goodRun();
  run.facts.scenarios.splice(0, 1);
  run.repetitions = run.repetitions.filter(({ scenario }) => scenario === "files");
  run.facts.targets[1]!.image = { id: `sha256:${"b".repeat(64)}`, history: ["RUN apt-get install sysbench"] };
  const samples = new Map(run.samples);
  for (const one of measured(run, { target: "qemu-tcg" })) {
    one.hostSamples = one.samples!.replace("samples", "host");
    Object.assign(one.metrics, { hostDiskUtilisation: 55.5 });
    samples.set(one.hostSamples, [{ at: 5, user: 90, system: 2, iowait: 0, steal: 0, disk: 55.5 }]);
  }
  const report = makeReport({ ...run, samples });
  const text = section(report, "Targets");
  expect(text).toMatch(/\*\*docker\*\*: `sha256:b{64}`\n\n```\nRUN apt-get install sysbench\n```/);
  expect(section(report, "Checklist")).toMatch(/own image and its history.* ✓ \|/);
  expect(section(report, "Measurements")).toContain("| host's disk busy % |");
  const figure = report.figures.get("report/cpu-files-seqwr.svg")!;
  expect(figure.svg).toContain("host of qemu-tcg");
  expect(figure.svg).toContain("disk busy");
});

test("what may not be compared is refused where the comparison would stand", () => {
  const run = smallRun();
  run.facts.targets[1]!.sysbench = "0.4.12";
  const report = makeReport(run);
  expect(report.refused).not.toEqual([]);
  expect(section(report, "Result")).toMatch(
    /docker against host: \*\*refused\*\*, versions of sysbench differ/,
  );
  expect(section(report, "Comparison")).not.toMatch(/^- docker: /m);
  expect(section(report, "Comparison")).toMatch(/^\| small .* ✗ \|$/m);
});

test("text of a run folder stays text", () => {
  const run = smallRun();
  const evil = "</style><img src=x onerror=alert(1)> | [x](javascript:alert(1)) `a`\n# h";
  run.facts.host.cpu = evil;
  run.facts.scenarios[0]!.about = evil;
  run.facts.targets[0]!.commands = ["```", evil];
  Object.assign(measured(run, { target: "docker" })[0]!, { outcome: "failed", error: evil });
  const { document } = parseHTML(makeReport(run).html);
  expect(document.querySelectorAll("img[onerror], script")).toHaveLength(0);
  expect(
    [...document.querySelectorAll("a")].filter((a) => /^javascript/.test(a.getAttribute("href")!)),
  ).toEqual([]);
  expect([...document.querySelectorAll("h1")]).toHaveLength(1);
  expect(document.body.textContent).toContain("onerror=alert(1)");
});

test("a run of which nothing came still has a report, which refuses", () => {
  const run = smallRun();
  run.repetitions = [];
  const report = makeReport(run);
  expect(section(report, "Measurements")).toContain("Nothing was measured.");
  expect(section(report, "Checks")).toContain("the case never ran");
});

describe("with a prediction", () => {
  const prediction = {
    format: "ringlab-prediction-1" as const,
    made: "2026-11-20T00:00:00Z",
    base: "host",
    about: "The loop of sysbench in the simulator.",
    ratios: [
      { target: "docker", ratio: 1 },
      { target: "qemu-tcg", ratio: 1 / 12 },
    ],
  };

  test("puts it beside what was measured", () => {
    const text = section(makeReport(smallRun(), { prediction }), "Simulated against measured");
    expect(text).toContain("before the measurement began");
    expect(text).toContain("2 of 4 measured ratios agree with it within 25 %");
    expect(text).toMatch(/docker \| small \| prime\\?-10000 \| 1\.000 \| 0\.98\d+ .* agrees \|/);
    expect(text).toMatch(/qemu-tcg .* 0\.61 \*\*disagrees\*\* \|/);
  });

  test("puts the simulated law beside the measured one", () => {
    const rates = [5000, 10_000].map((maxPrime) => ({
      target: "docker",
      maxPrime,
      perSecond: maxPrime === 5000 ? 4000 : 1600,
    }));
    const report = makeReport(smallRun(), { prediction: { ...prediction, rates } });
    expect(section(report, "The law of operations")).toContain("In the simulator, which counts");
    expect(report.figures.get("report/law.svg")!.svg).toContain("simulated");
  });

  test("says where there is none", () =>
    expect(section(makeReport(smallRun()), "Simulated against measured")).toContain(
      "No prediction lies in this folder",
    ));

  test("one that was made afterwards is called so", () => {
    const late = { ...prediction, made: "2026-11-21T10:30:00Z" };
    expect(section(makeReport(smallRun(), { prediction: late }), "Simulated against measured")).toContain(
      "this is no prediction",
    );
  });

  test("a broken file is an error that says what to do", async () => {
    const folder = writeRun(smallRun());
    writeFileSync(join(folder, "prediction.json"), '{"format":"1"}');
    await expect(writeReport(folder)).rejects.toThrow(/prediction\.json is no prediction .*make it again/s);
  });
});
