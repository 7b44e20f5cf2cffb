/** Dates as the MC146818 holds them: BCD or binary, 24 hours or 12 with a flag for the afternoon ("Time, Calendar, and Alarm Locations"). */

export interface CalendarFormat {
  readonly binary: boolean;
  readonly hours24: boolean;
}

const AFTERNOON = 0x80;
const CENTURY = 0x32;

/** Writes a date, in seconds since 1970 (UTC), into registers 0, 2, 4, 6 … 9 and the century's. */
export function writeCalendar(registers: Uint8Array, date: number, format: CalendarFormat): void {
  const at = new Date(date * 1000);
  const code = (value: number) => (format.binary ? value : toBcd(value));
  const hour = at.getUTCHours();
  registers[0] = code(at.getUTCSeconds());
  registers[2] = code(at.getUTCMinutes());
  registers[4] = format.hours24 ? code(hour) : code(hour % 12 || 12) | (hour >= 12 ? AFTERNOON : 0);
  registers[6] = code(at.getUTCDay() + 1);
  registers[7] = code(at.getUTCDate());
  registers[8] = code(at.getUTCMonth() + 1);
  registers[9] = code(at.getUTCFullYear() % 100);
  registers[CENTURY] = code(Math.floor(at.getUTCFullYear() / 100));
}

/** The date in the registers; fields out of range carry over, as the 31st of a short month does. */
export function readCalendar(registers: Uint8Array, format: CalendarFormat): number {
  const decode = (value: number) => (format.binary ? value : fromBcd(value));
  const field = (index: number) => decode(registers[index] as number);
  const year = field(CENTURY) * 100 + field(9);
  return Date.UTC(year, field(8) - 1, field(7), hour(registers[4] as number), field(2), field(0)) / 1000;

  function hour(value: number): number {
    if (format.hours24) return decode(value);
    return (decode(value & ~AFTERNOON) % 12) + (value & AFTERNOON ? 12 : 0);
  }
}

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

function fromBcd(value: number): number {
  return (value >> 4) * 10 + (value & 15);
}
