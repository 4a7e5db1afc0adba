/** How long the API server may be away before a lead ends, by kind of outage, beside client-go with the same times. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeReport } from '../report';
import { printRow } from '../table';
import { type Cell, play, timingOf } from './cell';
import { SUBJECTS, type Subject } from './member';
import { KINDS, type Kind } from './relay';
import { PROFILES, type Profile, writeOutages } from './results';
import { type Place, type Stage, withStage } from './stage';

/** Of each profile, kind and subject so many at the same time: they wait for nearly all of it. */
const MEMBERS = 6;

/** Of each member. */
const TRIALS = 4;

/** Starting processes is most of the work. */
const BETWEEN_STARTS_MS = 400;

interface Plan {
  readonly profiles: readonly Profile[];
  readonly kinds: readonly Kind[];
  readonly trials: number;
}

type Planned = Pick<Cell, 'profile' | 'kind' | 'subject'>;

export async function benchOutage(args: string[]): Promise<void> {
  const plan = planOf(args);
  if (plan === undefined) return;
  const cells = plan.profiles.map((profile) => cellsOf(profile, plan.kinds));
  await withStage(cells.flat().flatMap(namesOf), async (stage) => {
    console.log('Milliseconds of an outage that every lead survived, and that ended one.\n');
    printRow(['profile', 'outage', 'subject', 'trials', 'lost', 'survived', 'ended one', 'gap']);
    for (const ofProfile of cells) await benchProfile(ofProfile, stage, plan.trials);
  });
  writeReport();
}

function planOf(args: string[]): Plan | undefined {
  const { values } = parseArgs({
    args,
    options: { profiles: { type: 'string' }, kinds: { type: 'string' }, trials: { type: 'string' } },
  });
  const trials = Number(values.trials ?? TRIALS);
  const profiles = chosen(PROFILES, values.profiles);
  const kinds = chosen(KINDS, values.kinds);
  if (!(Number.isInteger(trials) && trials > 1) || profiles === undefined || kinds === undefined) {
    console.error(
      `--trials takes a whole number, 2 or more; --profiles some of ${PROFILES.join(', ')}, --kinds some of ${KINDS.join(', ')}, with commas.`,
    );
    process.exitCode = 2;
    return undefined;
  }
  return { profiles, kinds, trials };
}

/** All without a list; undefined if it names one that there is not. */
function chosen<T extends string>(all: readonly T[], list: string | undefined): readonly T[] | undefined {
  const names = list?.split(',');
  const found = all.filter((one) => names?.includes(one) ?? true);
  return found.length < (names?.length ?? 1) ? undefined : found;
}

function cellsOf(profile: Profile, kinds: readonly Kind[]): readonly Planned[] {
  const subjects = Object.keys(SUBJECTS) as Subject[];
  return kinds.flatMap((kind) => subjects.map((subject) => ({ profile, kind, subject })));
}

function namesOf({ profile, kind, subject }: Planned): readonly string[] {
  const name = `${profile}${kind}${subject}`.replaceAll('-', '');
  return Array.from({ length: MEMBERS }, (_, index) => `${name}${index}`);
}

/** All kinds at the same time, once all processes have started. */
async function benchProfile(cells: readonly Planned[], stage: Stage, rounds: number): Promise<void> {
  const started: Cell[] = [];
  for (const cell of cells) {
    const places: Place[] = [];
    for (const name of namesOf(cell)) {
      places.push(await stage.start({ name, subject: cell.subject, timing: timingOf(cell.profile) }));
      await sleep(BETWEEN_STARTS_MS);
    }
    started.push({ ...cell, places });
  }
  await Promise.all(started.map((cell) => measure(cell, rounds)));
}

async function measure(cell: Cell, rounds: number): Promise<void> {
  const row = await play(cell, rounds);
  await Promise.all(cell.places.map(({ member }) => member.end()));
  writeOutages([row]);
  const { profile, kind, subject, trials, lost, survivedMs = '', lostMs = '', gapMs } = row;
  printRow([profile, kind, subject, trials, lost, survivedMs, lostMs, gapMs]);
}
