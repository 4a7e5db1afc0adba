/** What MemCache's stand-ins saw: when a MetaService ran, and who answered a client. Times are seconds of the kernel's uptime. */
import { logs } from '../../../cluster/kubectl';
import { inMember } from '../../../cluster/memcache/members';
import { eventually } from '../../../cluster/wait';

const RUNS = '/var/log/memcache/logs/runs';

/** One run of a MetaService, up to when it was seen alive last. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly pod: string;
  readonly term: number;
}

/** An answer that a client got, from then on. `pod` is undefined while nobody answered. */
export interface Answer {
  readonly since: number;
  readonly pod: string | undefined;
  readonly term: number;
}

/** All runs of all members in the order of their starts; of members with lasting logs. */
export async function runsOf(namespace: string, members: readonly string[]): Promise<Run[]> {
  const texts = await eventually('the traces of all members can be read', {
    // A member that never ran has none. The last line shows that nothing is missing.
    look: () =>
      Promise.all(members.map((pod) => inMember(namespace, pod, `cat ${RUNS}/* 2>/dev/null; echo end`))),
    until: (read) => read.every((text) => text.endsWith('end\n')),
  });
  return texts.flatMap((text) => runsIn(text.slice(0, -'end\n'.length))).sort((a, b) => a.start - b.start);
}

/** The runs in the trace of a stand-in. */
export function runsIn(trace: string): Run[] {
  return trace
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [start, end, pod = '', term] = line.split(' ');
      return { start: Number(start), end: Number(end), pod, term: Number(term) };
    });
}

/** Fails if a member ran before the one before it had ended, with words that CI's second try does not forgive. */
export function refuseOverlaps(runs: readonly Run[]): void {
  const overlaps = overlapsIn(runs);
  if (overlaps.length > 0) throw new Error(`Two leaders at once: ${JSON.stringify(overlaps)}`);
}

/** Runs that began before all runs before them were over. */
function overlapsIn(runs: readonly Run[]): readonly (readonly Run[])[] {
  return runs.flatMap((run, index) =>
    runs.slice(0, index).flatMap((before) => (before.end > run.start ? [[before, run]] : [])),
  );
}

/** Who answered a client on the port of MetaService. */
export async function answersTo(namespace: string, client: string): Promise<Answer[]> {
  return answersIn(await logs(namespace, client, 'local-service'));
}

function answersIn(log: string): Answer[] {
  return [...log.matchAll(/^([\d.]+) meta: (?:nobody|(\S+) (\d+))/gm)].map(([, since, pod, term = '0']) => ({
    since: Number(since),
    pod,
    term: Number(term),
  }));
}

/** Fails if a leader answered after its successor had, with words that CI's second try does not forgive. */
export function refuseStale(answers: readonly Answer[]): void {
  const stale = staleIn(answers);
  if (stale.length > 0) throw new Error(`A former leader answered: ${JSON.stringify(stale)}`);
}

/** Answers of a leader whose successor had answered before. */
function staleIn(answers: readonly Answer[]): readonly Answer[] {
  const given = answers.filter(({ pod }) => pod !== undefined);
  return given.filter(({ term }, index) => given.slice(0, index).some((earlier) => earlier.term > term));
}
