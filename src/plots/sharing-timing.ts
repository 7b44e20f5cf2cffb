/** What page sharing tells a neighbour. */
import { barChart } from "./charts/bar.ts";
import type { Figure } from "./figure.ts";

export interface SharingTimingRow {
  sharing: boolean;
  guess: boolean;
  microseconds: number;
}

export function sharingTiming(rows: readonly SharingTimingRow[]): Figure {
  const title = "A write that takes too long";
  const named = rows.map(({ sharing, guess, microseconds }) => ({
    host: sharing ? "shares pages" : "shares nothing",
    guess: guess ? "right guess" : "wrong guess",
    microseconds,
  }));
  const told = named.map(
    ({ host, guess, microseconds }) => `${host}, ${guess}: ${microseconds.toFixed(1)} µs`,
  );
  return barChart(named, {
    title,
    subtitle: "One write to a page that the attacker filled with a guess, after the host has looked at it.",
    alt: `${title}. ${told.join("; ")}.`,
    columns: {
      host: { label: "host", unit: "" },
      guess: { label: "the guess", unit: "" },
      microseconds: { label: "one write", unit: "µs" },
    },
    x: "host",
    y: "microseconds",
    series: "guess",
  });
}
