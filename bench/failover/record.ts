/** What a client's record says: when a new connection would not have been answered, and by whom the others were. */

/** One connection. Times are milliseconds of the kernel's uptime. */
export interface Connection {
  readonly opened: number;
  readonly ended: number;

  /** Pod and term; undefined when nobody answered in time. */
  readonly by: string | undefined;
}

export interface Outage {
  /** Time in which a connection that was opened got no answer. */
  readonly totalMs: number;

  /** The longest such time without an interruption. */
  readonly longestMs: number;

  /** Connections that a former leader answered after a later one had answered. */
  readonly staleAnswers: number;
}

/** A line of `app sample`: `OPENED TOOK POD TERM`, or `OPENED TOOK - WHY`, in microseconds. */
export function parseConnection(line: string): Connection {
  const [, opened, took, who = ''] = /^(\d+) (\d+) (\S+ \S+)$/.exec(line) ?? [];
  if (opened === undefined) throw new Error(`no line of a record: ${line}`);
  const start = Number(opened) / 1000;
  return { opened: start, ended: start + Number(took) / 1000, by: who.startsWith('- ') ? undefined : who };
}

export function outageOf(record: readonly Connection[]): Outage {
  const gaps = gapsOf(record);
  return {
    totalMs: gaps.reduce((sum, gap) => sum + gap, 0),
    longestMs: Math.max(0, ...gaps),
    staleAnswers: staleAnswersOf(record),
  };
}

/** Whether all connections of the last milliseconds were answered by one that is not `former`. */
export function hasSettled(record: readonly Connection[], former: string, milliseconds: number): boolean {
  const last = record.at(-1);
  if (last === undefined) return false;
  const recent = record.filter(({ opened }) => opened > last.opened - milliseconds);
  const isLongEnough = record.some(({ opened }) => opened <= last.opened - milliseconds);
  return isLongEnough && recent.every(({ by }) => by !== undefined && by === last.by && by !== former);
}

/** A connection stands for the time until the next one is opened. */
function gapsOf(record: readonly Connection[]): number[] {
  const sorted = [...record].sort((a, b) => a.opened - b.opened);
  const gaps: number[] = [];
  let isOpen = false;
  for (const [index, { opened, by }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (by === undefined && next) {
      const time = next.opened - opened;
      gaps.push((isOpen ? (gaps.pop() ?? 0) : 0) + time);
    }
    isOpen = by === undefined;
  }
  return gaps;
}

function staleAnswersOf(record: readonly Connection[]): number {
  const former = new Set<string>();
  let current: string | undefined;
  let stale = 0;
  for (const { by } of [...record].sort((a, b) => a.ended - b.ended)) {
    if (by === undefined) continue;
    if (former.has(by)) stale += 1;
    else if (by !== current) {
      if (current !== undefined) former.add(current);
      current = by;
    }
  }
  return stale;
}
