/** One pod of a group: its elector, and the container of its application, as processes of this machine. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  type ElectorOptions,
  type MemberFacts,
  PEER_SERVICE,
  electorCommand,
  hostsIn,
} from '../../../../cluster/processes/elector-command';
import { Supervised } from '../../../../cluster/processes/supervised';
import { uptime } from '../../../../runtime/uptime';
import { type Container, type Pids, containerOf, illnessesIn, recordsIn } from './containers';
import { clockEnvironment, clockIn } from './faketime';
import type { Illness, Target } from './faults';
import type { AppRun, Crash, Hindrance, Refusal } from './history';
import { Illnesses, hindranceBy } from './illnesses';
import { signal } from './processes';
import type { FaultProxy } from './proxy';
import type { Schedule } from './schedule';

type OfSchedule = 'timing' | 'routing' | 'asksPeersFor';

export interface MemberOptions extends Omit<
  ElectorOptions,
  OfSchedule | 'address' | 'env' | 'applicationFlags'
> {
  readonly schedule: Schedule;

  /** Whether its wall clock can be moved. */
  readonly hasOwnClock: boolean;

  /** For each of the group's pods one address of this machine. */
  readonly addresses: readonly string[];

  /** Which of them this member is. */
  readonly index: number;
  readonly proxy: FaultProxy;
  readonly remark: (text: string) => void;
}

const MOST_SHOWN = 300;

/** An address of this machine at which nobody listens. */
const NOBODY = '127.255.255.254';

/** How an elector ends after SIGTERM, and of SIGKILL; of SIGTERM too if it has only just begun. */
const TOLD_TO = ['status 0', 'SIGKILL', 'SIGTERM'];

/** What an elector prints when it has begun. */
const BEGUN = 'stands for election';

export class Member {
  readonly crashes: Crash[] = [];
  private readonly hinderedSoFar: Hindrance[] = [];
  private readonly container: Container;
  private readonly elector: Supervised;
  private readonly application: Supervised;
  private readonly illnesses: Illnesses;

  /** Since when its elector has ended, and no other has begun. */
  private goneSince: number | undefined;

  constructor(private readonly options: MemberOptions) {
    const { folder, schedule, addresses, index, hasOwnClock } = options;
    const { timing, routing, asksPeersFor } = schedule;
    for (const path of [join(folder, 'ha'), recordsIn(folder)]) mkdirSync(path, { recursive: true });
    this.setClock(0);
    this.writeHosts();
    this.illnesses = new Illnesses(illnessesIn(folder));
    const address = addresses[index] ?? '';
    this.container = containerOf({ schedule, folder, address });
    const applicationFlags = this.container.flags;
    const env = hasOwnClock ? clockEnvironment(folder) : {};
    const command = electorCommand({
      ...options,
      timing,
      routing,
      asksPeersFor,
      address,
      env,
      applicationFlags,
    });
    this.elector = new Supervised(command, {
      onLine: (line) => {
        if (line.includes(BEGUN)) this.electorBegins();
        this.remark(`elector: ${shortened(line)}`);
      },
      onExit: (how) => {
        this.remark(`elector ended with ${how}`);
        this.goneSince ??= uptime();
        if (!TOLD_TO.includes(how)) this.crashes.push({ pod: this.facts.pod, how });
      },
    });
    this.application = new Supervised(this.container.command, {
      onLine: (line) => this.remark(`container: ${shortened(line)}`),
      onExit: (how) => this.remark(`container ended with ${how}`),
    });
  }

  get facts(): MemberFacts {
    return this.options.facts;
  }

  get proxy(): FaultProxy {
    return this.options.proxy;
  }

  /** What kept it from stopping its application. */
  get hindrances(): readonly Hindrance[] {
    return [...this.hinderedSoFar, ...this.hindrance('elector', this.goneSince, Infinity)];
  }

  start(): void {
    this.elector.start();
    this.application.start();
  }

  async end(): Promise<void> {
    await Promise.all([this.elector.end(), this.application.end()]);
    this.proxy.close();
  }

  /** When its application led. */
  runs(): readonly AppRun[] {
    return this.records(/^(\d+) +([\d.]+) +([\d.]+)\n$/).map(([term, first, last]) => {
      return { pod: this.facts.pod, term: Number(term), first: millis(first), last: millis(last) };
    });
  }

  /** When its application refused to. */
  refusals(): readonly Refusal[] {
    return this.records(/^refused (\d+) +([\d.]+)\n$/).map(([term, at]) => {
      return { pod: this.facts.pod, term: Number(term), at: millis(at) };
    });
  }

  kill(target: Target): void {
    signal(this.pids(target), 'SIGKILL');
  }

  terminate(target: Target): void {
    signal(this.container.toldToEnd(target, this.application.pid), 'SIGTERM');
    signal(this.electorPids(target), 'SIGTERM');
  }

  /** Stops it; the returned function lets it go on. */
  stop(target: Target): () => void {
    const pids = this.pids(target);
    const from = uptime();
    signal(pids, 'SIGSTOP');
    return once(() => {
      signal(pids, 'SIGCONT');
      this.hinderedSoFar.push(...this.hindrance(target, from, uptime()));
    });
  }

  /** Its application is ill; the returned function cures it. */
  ail(illness: Illness): () => void {
    const from = uptime();
    const cure = this.illnesses.add(illness);
    return once(() => {
      cure();
      const hindrance = hindranceBy(illness, { from, to: uptime() });
      if (hindrance) this.hinderedSoFar.push({ pod: this.facts.pod, ...hindrance });
    });
  }

  /** As somebody in the pod asks for it. */
  release(): void {
    const socketPath = join(this.options.folder, 'ha/control.sock');
    request({ socketPath, path: '/release', method: 'POST' }, (answer) => answer.resume())
      .on('error', () => undefined)
      .end();
  }

  setClock(hours: number): void {
    writeFileSync(clockIn(this.options.folder), `${hours < 0 ? '-' : '+'}${Math.abs(hours) * 3600}s\n`);
  }

  /** Does not reach that member any more; the returned function ends it. */
  part({ pod }: MemberFacts): () => void {
    this.writeHosts(pod);
    return () => this.writeHosts();
  }

  private writeHosts(parted?: string): void {
    const { peers, addresses, folder } = this.options;
    const lines = peers.map((pod, index) => {
      return `${pod === parted ? NOBODY : (addresses[index] ?? '')} ${pod}.${PEER_SERVICE}\n`;
    });
    writeFileSync(hostsIn(folder), lines.join(''));
  }

  private electorBegins(): void {
    this.hinderedSoFar.push(...this.hindrance('elector', this.goneSince, uptime()));
    this.goneSince = undefined;
  }

  private hindrance(target: Target, from: number | undefined, to: number): readonly Hindrance[] {
    const of = this.container.hindrances[target];
    return of === undefined || from === undefined ? [] : [{ pod: this.facts.pod, of, from, to }];
  }

  private pids(target: Target): Pids {
    return [...this.container.pids(target, this.application.pid), ...this.electorPids(target)];
  }

  private electorPids(target: Target): Pids {
    return ['elector', 'member'].includes(target) ? [this.elector.pid] : [];
  }

  /** What the pattern finds in each of the application's records. */
  private records(pattern: RegExp): readonly (readonly string[])[] {
    const folder = recordsIn(this.options.folder);
    return readdirSync(folder).flatMap((name) => {
      const found = pattern.exec(readFileSync(join(folder, name), 'utf8'));
      return found ? [found.slice(1)] : [];
    });
  }

  private remark(text: string): void {
    this.options.remark(`${this.facts.pod} ${text}`);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

function millis(seconds: string | undefined): number {
  return Math.round(1000 * Number(seconds));
}

/** Without what each line repeats; a crash shows a line of the bundle, which has no end. */
function shortened(line: string): string {
  return line.replace(/"(pod|lease|time)":"[^"]*",?/g, '').slice(0, MOST_SHOWN);
}
