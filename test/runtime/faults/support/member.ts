/** One pod of a group: its elector, and its container with gate and application, as processes of this machine. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { AS_PROCESS_1 } from '../../../support/processes';
import { uptime } from '../../../../runtime/uptime';
import { FAKETIME } from './faketime';
import type { Target } from './faults';
import { type AppRun, type Crash, type MemberFacts, type Pause, ROLE } from './history';
import { APPLICATION, GATE } from './paths';
import { type ContainerProcesses, processesOf, signal } from './processes';
import type { FaultProxy } from './proxy';
import { Supervised } from './supervised';
import type { Schedule } from './schedule';

export interface MemberOptions {
  readonly facts: MemberFacts;
  readonly group: string;
  readonly namespace: string;
  readonly schedule: Schedule;
  readonly peers: readonly string[];

  /** For each of the group's pods one address of this machine. */
  readonly addresses: readonly string[];

  /** Which of them this member is. */
  readonly index: number;
  readonly folder: string;
  readonly credentials: string;
  readonly runtime: string;
  readonly proxy: FaultProxy;
  readonly proxyPort: number;

  /** Whether its elector's wall clock can be moved. */
  readonly hasOwnClock: boolean;
  readonly remark: (text: string) => void;
}

const APP_PORT = 8080;
const ELECTOR_PORT = 9400;
const MOST_SHOWN = 300;
const START_TIMEOUT = '5s';

const PEER_SERVICE = 'peers';
const LONGEST_OUTAGE = '60s';

/** An address of this machine at which nobody listens. */
const NOBODY = '127.255.255.254';

/** Runs a command that finds its peers by a file of its own: `HOSTS COMMAND…`. */
const WITH_HOSTS = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];

/** How an elector ends after SIGTERM, and of SIGKILL; of SIGTERM too if it has only just begun. */
const TOLD_TO = ['status 0', 'SIGKILL', 'SIGTERM'];

export class Member {
  readonly pauses: Pause[] = [];
  readonly crashes: Crash[] = [];
  private readonly elector: Supervised;
  private readonly container: Supervised;

  constructor(private readonly options: MemberOptions) {
    const { folder, facts, remark } = options;
    for (const name of ['ha', 'runs']) mkdirSync(join(folder, name), { recursive: true });
    this.setClock(0);
    this.writeHosts();
    const log = (who: string) => ({
      onLine: (line: string) => {
        remark(`${facts.pod} ${who}: ${shortened(line)}`);
      },
      onExit: (how: string) => {
        remark(`${facts.pod} ${who} ended with ${how}`);
        if (who === 'elector' && !TOLD_TO.includes(how)) this.crashes.push({ pod: facts.pod, how });
      },
    });
    this.elector = new Supervised(this.electorCommand(), log('elector'));
    this.container = new Supervised(this.containerCommand(), log('container'));
  }

  get facts(): MemberFacts {
    return this.options.facts;
  }

  get proxy(): FaultProxy {
    return this.options.proxy;
  }

  start(): void {
    this.elector.start();
    this.container.start();
  }

  async end(): Promise<void> {
    await Promise.all([this.elector.end(), this.container.end()]);
    this.proxy.close();
  }

  /** What the application has written down. */
  runs(): readonly AppRun[] {
    const { folder, facts } = this.options;
    return readdirSync(join(folder, 'runs')).flatMap((name) => {
      const text = readFileSync(join(folder, 'runs', name), 'utf8');
      const [, term, first, last] = /^(\d+) +([\d.]+) +([\d.]+)\n$/.exec(text) ?? [];
      if (last === undefined) return [];
      return [{ pod: facts.pod, term: Number(term), first: millis(first), last: millis(last) }];
    });
  }

  kill(target: Target): void {
    signal(this.pids(target), 'SIGKILL');
  }

  terminate(target: Target): void {
    const { main, application } = this.processes();
    // A container gets its SIGTERM as the gate.
    if (target === 'application') signal([application], 'SIGTERM');
    if (['gate', 'member'].includes(target)) signal([main], 'SIGTERM');
    if (['elector', 'member'].includes(target)) signal([this.elector.pid], 'SIGTERM');
  }

  /** Stops it; the returned function lets it go on. */
  stop(target: Target): () => void {
    const pids = this.pids(target);
    const from = uptime();
    signal(pids, 'SIGSTOP');
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      signal(pids, 'SIGCONT');
      if (['gate', 'member'].includes(target)) this.pauses.push({ pod: this.facts.pod, from, to: uptime() });
    };
  }

  /** As somebody in the pod asks for it. */
  release(): void {
    const socketPath = join(this.options.folder, 'ha/control.sock');
    request({ socketPath, path: '/release', method: 'POST' }, (answer) => answer.resume())
      .on('error', () => undefined)
      .end();
  }

  setClock(hours: number): void {
    writeFileSync(this.clockFile, `${hours < 0 ? '-' : '+'}${Math.abs(hours) * 3600}s\n`);
  }

  /** Does not reach that member any more; the returned function ends it. */
  part({ pod }: MemberFacts): () => void {
    this.writeHosts(pod);
    return () => this.writeHosts();
  }

  private writeHosts(parted?: string): void {
    const { peers, addresses } = this.options;
    const lines = peers.map((pod, index) => {
      return `${pod === parted ? NOBODY : (addresses[index] ?? '')} ${pod}.${PEER_SERVICE}\n`;
    });
    writeFileSync(this.hostsFile, lines.join(''));
  }

  private get address(): string {
    return this.options.addresses[this.options.index] ?? '';
  }

  private get hostsFile(): string {
    return join(this.options.folder, 'hosts');
  }

  private pids(target: Target): readonly (number | undefined)[] {
    const { main, helpers, application } = this.processes();
    switch (target) {
      case 'elector':
        return [this.elector.pid];
      case 'gate':
        return [main, ...helpers];
      case 'gate-main':
        // Without a fence that goes on, a gate that is stopped is a gate that is stopped.
        return helpers.length === 0 ? [] : [main];
      case 'application':
        return [application];
      case 'member':
        return [application, main, ...helpers, this.elector.pid];
    }
  }

  private processes(): ContainerProcesses {
    return processesOf(this.container.pid);
  }

  private get clockFile(): string {
    return join(this.options.folder, 'clock');
  }

  private electorCommand() {
    const { facts, namespace, proxyPort, runtime, hasOwnClock } = this.options;
    const clock = {
      LD_PRELOAD: FAKETIME ?? '',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_TIMESTAMP_FILE: this.clockFile,
      FAKETIME_CACHE_DURATION: '1',
    };
    const env = {
      POD_NAME: facts.pod,
      POD_UID: facts.uid,
      POD_IPS: facts.ip,
      POD_NAMESPACE: namespace,
      NODE_NAME: 'node',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(proxyPort),
      FAILSAFE_KEY: 'a key of the tests',
      ...(hasOwnClock && clock),
    };
    const elector = [process.execPath, runtime, 'elect', ...this.flags()];
    return { words: [...WITH_HOSTS, this.hostsFile, ...elector], env };
  }

  private flags(): readonly string[] {
    const { group, schedule, peers, folder, credentials } = this.options;
    const { leaseDuration, renewDeadline, retryPeriod, killAfter } = schedule.timing;
    const seconds = (milliseconds: number) => `${milliseconds / 1000}s`;
    const flags = {
      'lease-name': group,
      'lease-duration': seconds(leaseDuration),
      'renew-deadline': seconds(renewDeadline),
      'retry-period': seconds(retryPeriod),
      'kill-after': seconds(killAfter),
      standby: 'cold',
      routing: schedule.routing,
      ...(schedule.routing === 'endpoint-slice' && {
        service: group,
        slice: group,
        'slice-port': 'http:80/TCP',
      }),
      'role-label': ROLE.label,
      'leader-value': ROLE.leader,
      'standby-value': ROLE.standby,
      peers: peers.join(','),
      'app-check': `http://${this.address}:${APP_PORT}/`,
      'app-start-timeout': START_TIMEOUT,
      dir: join(folder, 'ha'),
      listen: `${this.address}:${ELECTOR_PORT}`,
      credentials,
      ...(schedule.asksPeers && { 'failsafe-service': PEER_SERVICE, 'failsafe-longest': LONGEST_OUTAGE }),
    };
    return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  }

  private containerCommand() {
    const { schedule, folder } = this.options;
    const { startMs, stopMs, timing } = schedule;
    const application = [process.execPath, APPLICATION, join(folder, 'runs'), this.address, APP_PORT];
    const words = [...AS_PROCESS_1, 'sh', GATE, ...application.map(String), String(startMs), String(stopMs)];
    const env = { HA_DIR: join(folder, 'ha'), HA_KILL_AFTER: String(timing.killAfter / 10) };
    return { words, env };
  }
}

function millis(seconds: string | undefined): number {
  return Math.round(1000 * Number(seconds));
}

/** Without what each line repeats; a crash shows a line of the bundle, which has no end. */
function shortened(line: string): string {
  return line.replace(/"(pod|lease|time)":"[^"]*",?/g, '').slice(0, MOST_SHOWN);
}
