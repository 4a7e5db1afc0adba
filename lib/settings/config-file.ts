/** A server's `key = value` file: tables of settings that drive both their checks and their lines. */
import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import { type Problem, broken, inEach, unless } from '../kube/problems';

/** One `key = value` line. */
export interface ConfigLine {
  readonly key: string;
  readonly value: string;
}

/** How much the program logs. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The values that a key takes: which are right, and how they are written. */
export interface ValueKind<T> {
  /** Whether `value`, of whatever type it is, is one. */
  readonly accepts: (value: unknown) => boolean;
  readonly rule: string;
  readonly remedy: string;
  readonly write: (value: T) => string;
}

/** A row of a table: what is wrong with a value, and the lines of a right one. */
export interface Setting<T> {
  readonly problems: (value: unknown) => Problem[];
  readonly lines: (value: T) => ConfigLine[];
}

/** A row for each setting of `S`, in the order of the file. */
export type SettingsTable<S> = { readonly [K in keyof S]-?: Setting<NonNullable<S[K]>> };

/** The rows of any table, for what does not depend on their types. */
export type Rows = Readonly<Record<string, Setting<never>>>;

/** The key of each value that a construct decides, in the order of the file. */
export type WiringKeys<W> = { readonly [K in keyof W]: string };

/** The file's text: the lines as they come, without comments, with a newline at the end. */
export function renderConfigFile(lines: readonly ConfigLine[]): string {
  return lines.map(({ key, value }) => `${key} = ${value}\n`).join('');
}

/** A setting that is one line. */
export function setting<T>(key: string, kind: ValueKind<T>): Setting<T> {
  const { accepts, rule, remedy, write } = kind;
  return {
    problems: (value) => unless(accepts(value), shown(value), rule, remedy),
    lines: (value) => [{ key, value: write(value) }],
  };
}

/** What is wrong with each setting alone, and settings that the table does not know. */
export function settingsProblems(table: Rows, settings: object): Problem[] {
  const given = new Map<string, unknown>(Object.entries(settings));
  return [
    ...inEach(table, (row, name) => {
      const value = given.get(name);
      return value === undefined ? [] : row.problems(value);
    }),
    ...unknownProblems(Object.keys(table), given),
  ];
}

/** The lines of the settings that are set, in the table's order. Assumes settings without problems. */
export function settingsLines<S extends object>(table: SettingsTable<S>, settings: S): ConfigLine[] {
  return namesOf(table).flatMap((name) => linesOf(table[name], settings[name]));
}

/** A setting, and the keys that it writes. */
export interface SettingKeys {
  readonly name: string;
  readonly value: unknown;
  readonly keys: readonly string[];
}

/** The keys of the settings that are set and right. */
export function settingsKeys<S extends object>(table: SettingsTable<S>, settings: S): SettingKeys[] {
  return namesOf(table)
    .filter((name) => table[name].problems(settings[name]).length === 0)
    .map((name) => ({
      name,
      value: shown(settings[name]),
      keys: linesOf(table[name], settings[name]).map(({ key }) => key),
    }));
}

/** The lines of what a construct decides. */
export function wiringLines<W extends Record<keyof W, string | boolean>>(
  keys: WiringKeys<W>,
  wiring: W,
): ConfigLine[] {
  return namesOf(keys).map((name) => ({ key: keys[name], value: String(wiring[name]) }));
}

/** One of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): ValueKind<T> {
  return {
    accepts: (value) => words.some((word) => word === value),
    rule: `this is one of ${words.join(', ')}`,
    remedy: 'choose one of them',
    write: (word) => word,
  };
}

/** The words of `LogLevel`. */
export const LOG_LEVEL = oneOf<LogLevel>('debug', 'info', 'warn', 'error');

/** `true` or `false`. */
export function flag(): ValueKind<boolean> {
  return {
    accepts: (value) => typeof value === 'boolean',
    rule: 'this is true or false',
    remedy: 'set one of them, without quotes',
    write: String,
  };
}

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number): ValueKind<number> {
  return {
    accepts: (value) => isWhole(value, least, most),
    rule: `this is a whole number from ${least} to ${most}`,
    remedy: 'choose one in that range',
    write: String,
  };
}

/** A size written as a bare number of MB (1024 × 1024 bytes). */
export function wholeMegabytes(least: number, most: number): ValueKind<Size> {
  return {
    accepts: (value) => value instanceof Size && isWhole(kibibytes(value) / 1024, least, most),
    rule: `this is a Size of whole MiB from ${least} to ${most}`,
    remedy: 'use Size.mebibytes(…) in that range',
    write: (size) => String(kibibytes(size) / 1024),
  };
}

/** A size of memory, zero included. */
export function memorySize(most: Size): ValueKind<Size> {
  return {
    accepts: (value) => value instanceof Size && kibibytes(value) <= kibibytes(most),
    rule: `this is a Size of at most ${most.asString()}`,
    remedy: 'use Size.gibibytes(…) up to that',
    write: upstreamSize,
  };
}

/** A power of two between two bounds, both included. */
export function powerOfTwo(least: number, most: number): ValueKind<number> {
  return {
    accepts: (value) =>
      typeof value === 'number' && isWhole(value, least, most) && Number.isInteger(Math.log2(value)),
    rule: `this is a power of two from ${least} to ${most}`,
    remedy: 'choose one in that range',
    write: String,
  };
}

/** A duration in whole microseconds; a `Duration` is no shorter than a millisecond. */
export function microseconds(least: number, most: number): ValueKind<number> {
  return {
    accepts: (value) => isWhole(value, least, most),
    rule: `this is a whole number of microseconds from ${least} to ${most}`,
    remedy: 'choose one in that range',
    write: String,
  };
}

/** A duration in whole milliseconds. */
export function milliseconds(least: number, most: number): ValueKind<Duration> {
  return {
    accepts: (value) => value instanceof Duration && isWhole(millis(value), least, most),
    rule: `this is a Duration of whole milliseconds from ${least} to ${most}`,
    remedy: 'use Duration.millis(…) in that range',
    write: (duration) => String(millis(duration)),
  };
}

/** A duration in whole seconds. */
export function wholeSeconds(least: number, most: number): ValueKind<Duration> {
  return {
    accepts: (value) => value instanceof Duration && isWhole(millis(value) / 1000, least, most),
    rule: `this is a Duration of whole seconds from ${least} to ${most}`,
    remedy: 'use Duration.seconds(…) in that range',
    write: (duration) => String(millis(duration) / 1000),
  };
}

/**
 * A size as MemCache reads it, in the largest unit that holds it exactly: `2GB`, `1536MB`, `0`. Its units are powers
 * of 1024. Assumes whole KiB.
 */
export function upstreamSize(size: Size): string {
  const units = ['KB', 'MB', 'GB', 'TB'] as const;
  let amount = kibibytes(size);
  if (amount === 0) return '0';
  let unit = 0;
  while (unit < units.length - 1 && amount % 1024 === 0) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount}${units[unit] ?? ''}`;
}

/** The size in KiB, exact also for fractions. */
export function kibibytes(size: Size): number {
  return size.toKibibytes({ rounding: SizeRoundingBehavior.NONE });
}

/** A value as a problem shows it: sizes and durations as people write them. */
export function shown(value: unknown): unknown {
  if (value instanceof Size) return value.asString();
  return value instanceof Duration ? value.toHumanString() : value;
}

/** Problems of keys that are none of `names`: typing errors of those who write settings without a compiler. */
function unknownProblems(names: readonly string[], given: ReadonlyMap<string, unknown>): Problem[] {
  const unknown = [...given].filter(([name]) => !names.includes(name));
  return inEach(Object.fromEntries(unknown), (value, name) =>
    broken(shown(value), 'unknown setting', `did you mean ${nearest(name, names)}? Rename or remove it`),
  );
}

function linesOf<T>(row: Setting<NonNullable<T>>, value: T): ConfigLine[] {
  return value === undefined || value === null ? [] : row.lines(value);
}

/** The names of a table's rows. A table has no others than its type says, so each of its keys is one of them. */
function namesOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table).filter((name): name is keyof T & string => name in table);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function millis(duration: Duration): number {
  return duration.toMilliseconds({ integral: false });
}

function nearest(name: string, names: readonly string[]): string {
  const ranked = names.map((each) => ({ each, edits: editDistance(name.toLowerCase(), each.toLowerCase()) }));
  return ranked.reduce((best, other) => (other.edits < best.edits ? other : best)).each;
}

/** How many letters to insert, remove or replace (Levenshtein), one row of the matrix at a time. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const row = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = cell(above, column - 1) + (from[index] === to[column - 1] ? 0 : 1);
      row.push(Math.min(replaced, cell(above, column) + 1, cell(row, column - 1) + 1));
    }
    above = row;
  }
  return cell(above, to.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
