/** Moments as people and services write them. A time without a zone is no moment. */

export interface Instant {
  /** Milliseconds since 1970 in UTC. */
  ms: number;
  /** In the zone in which it was written: "2026-11-20 23:59:00 +01:00". */
  text: string;
}

/** ISO 8601, and what Gradescope ("2026-11-20 23:59:00.123456789 -08:00") and Python ("… -0800") write. */
const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d))$/i;

/** What to write when `parseInstant` gives undefined. */
export const INSTANT_FORM = "write date, time and zone as 2026-11-20T23:59:00+01:00";

/** Undefined when it is no date, has no zone, or names a day that no calendar has. */
export function parseInstant(text: string): Instant | undefined {
  const found = FORM.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second = "00", , sign = "+", zoneHour = "00", zoneMinute = "00"] =
    found;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const utc = Date.parse(`${local}Z`);
  const exists = !Number.isNaN(utc) && new Date(utc).toISOString().startsWith(local);
  if (!exists || Number(zoneHour) > 14 || Number(zoneMinute) > 59) return undefined;
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === "-" ? -1 : 1);
  return {
    ms: utc - offset * 60_000,
    text: `${local.replace("T", " ")} ${sign}${zoneHour}:${zoneMinute}`,
  };
}
