/** An elector whose gate, Lease and routes are played by the test, at the test's own time: no request ever leaves it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppCheck } from '../../../runtime/app-check';
import type { Answer, Note } from '../../../runtime/election/events';
import type { Deadline, Gate, LeaseRecord, Settings } from '../../../runtime/election/state';
import { Elector, type ElectorParts } from '../../../runtime/elector';
import type { GateLink } from '../../../runtime/gate/gate';
import { Api } from '../../../runtime/kubernetes/api';
import { Metrics } from '../../../runtime/metrics';
import type { Peers } from '../../../runtime/peers';
import { FREE, OURS, SETTINGS, TERM, WAITING, running } from '../election/candidate';

/** The first moment of each test, as in the tests of the election's rules. */
const FIRST_MOMENT = 1000;

/** Nobody listens there. */
const NOWHERE = { host: '127.0.0.1', port: 1, credentials: '/none' };

/** Some seconds. */
const LOOKS = 1000;

type Asked = 'read' | 'ensure' | 'claim' | 'renew' | 'release';

/** What was asked of the API server, not answered until the test does. */
class PlayedLease {
  readonly collection = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';
  readonly read = (...args: unknown[]) => this.ask<LeaseRecord | undefined>('read', args);
  readonly ensure = (...args: unknown[]) => this.ask<Answer>('ensure', args);
  readonly claim = (...args: unknown[]) => this.ask<Answer>('claim', args);
  readonly renew = (...args: unknown[]) => this.ask<Answer>('renew', args);
  readonly release = (...args: unknown[]) => this.ask<Answer>('release', args);

  private readonly open: {
    readonly name: Asked;
    readonly take: (answer: Answer | undefined | Error) => void;
  }[] = [];

  constructor(private readonly log: unknown[]) {}

  /** Answers the oldest request of this name. */
  async answer(name: Asked, answer: Answer | undefined | Error): Promise<void> {
    const at = this.open.findIndex((each) => each.name === name);
    const [asked] = at < 0 ? [] : this.open.splice(at, 1);
    if (!asked) throw new Error(`no ${name} was asked for`);
    asked.take(answer);
    await jest.advanceTimersByTimeAsync(0);
  }

  private ask<T>(name: Asked, args: readonly unknown[]): Promise<T> {
    this.log.push([name, ...args]);
    return new Promise<T>((resolve, reject) => {
      this.open.push({
        name,
        take: (answer) => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer as T);
        },
      });
    });
  }
}

/** The gate's end of the link. */
class PlayedGate implements GateLink {
  onWord: (gate: Gate) => void = () => undefined;
  onAnswer: (term: number) => void = () => undefined;
  isOpen = true;
  isFit = true;

  /** What it says as soon as it is forbidden. */
  lastWord: Gate | undefined;

  constructor(
    private readonly log: unknown[],
    readonly former: Deadline | undefined,
  ) {}

  open(): void {
    this.log.push(['open']);
  }

  allow(deadline: Deadline, ring: boolean): void {
    this.log.push(['allow', deadline, ring]);
  }

  forbid(): void {
    this.log.push(['forbid']);
    if (this.lastWord) this.onWord(this.lastWord);
  }
}

/** Where clients are led. */
class PlayedRouter {
  preferred: string | undefined;

  /** How long the lead lasts to which clients were led last. */
  left = (): number => NaN;

  constructor(private readonly log: unknown[]) {}

  readonly watch = () => void this.log.push(['watch']);
  readonly begin = (term: number) => void this.log.push(['begin', term]);
  readonly renewed = (sentAt: number) => void this.log.push(['renewed', sentAt]);
  readonly standBy = () => void this.log.push(['stand-by']);
  readonly withdraw = (term: number) => void this.log.push(['withdraw', term]);

  lead(term: number, left: () => number): void {
    this.log.push(['lead', term]);
    this.left = left;
  }

  findSuccessor(): Promise<void> {
    this.log.push(['find-successor']);
    return Promise.resolve();
  }
}

/** The other members, whom an elector of a group with `failsafe` has. */
class PlayedPeers {
  onEvent: Peers['onEvent'] = () => undefined;

  constructor(private readonly log: unknown[]) {}

  readonly ask = ({ request, counted }: Parameters<Peers['ask']>[0]) =>
    void this.log.push(['ask-peers', request, counted]);
  readonly reply = ({ id, reply }: Parameters<Peers['reply']>[0]) => void this.log.push(['reply', id, reply]);
  readonly answer = () => undefined;
}

interface Played {
  readonly settings?: Partial<Settings>;
  readonly former?: Deadline;
  readonly appCheck?: AppCheck;
  readonly api?: Api;
}

export class PlayedElector {
  /** All that it did to its parts, in order, since `done` or `forget`. */
  readonly log: unknown[] = [];
  readonly notes: Note[] = [];
  readonly lease = new PlayedLease(this.log);
  readonly router = new PlayedRouter(this.log);
  readonly peers = new PlayedPeers(this.log);
  readonly gate: PlayedGate;
  readonly elector: Elector;
  readonly metrics: Metrics;

  /** How often it has looked at the clock. */
  looks = 0;

  private readonly end = new AbortController();

  constructor({ settings, former, appCheck = 'gate', api = new Api(NOWHERE) }: Played = {}) {
    this.gate = new PlayedGate(this.log, former);
    const parts: ElectorParts = {
      settings: { ...SETTINGS, ...settings },
      leaseName: 'lease-app',
      api,
      lease: this.lease,
      gate: this.gate,
      router: this.router,
      ...(settings?.failsafe && { peers: this.peers }),
      appCheck,
      clock: () => {
        this.looks += 1;
        return Date.now();
      },
      onNote: (note) => void this.notes.push(note),
      onExit: () => void this.log.push(['exit']),
    };
    this.elector = new Elector(parts);
    this.metrics = new Metrics({
      group: 'ns/lease-app',
      state: () => this.elector.state,
      routedTerm: () => undefined,
      watches: () => 0,
      clock: () => Date.now(),
    });
    started.push(this);
  }

  /** Begun, and nothing is known. */
  static begun(played: Played = {}): PlayedElector {
    const member = new PlayedElector(played);
    member.elector.start(member.metrics, member.end.signal);
    return member;
  }

  /** Has read this Lease, and has an application that waits to be started. */
  static async standby(record: LeaseRecord | undefined, played: Played = {}): Promise<PlayedElector> {
    const member = PlayedElector.begun(played);
    member.gate.onWord(WAITING);
    await member.lease.answer('read', record);
    return member;
  }

  /** Has taken the Lease in its first moment; the application runs, and has not answered. */
  static async starting(played: Played = {}): Promise<PlayedElector> {
    const member = await PlayedElector.standby(FREE, played);
    await member.lease.answer('claim', OURS);
    member.gate.onWord(running());
    return member;
  }

  static async serving(played: Played = {}): Promise<PlayedElector> {
    const member = await PlayedElector.starting(played);
    member.gate.onAnswer(TERM);
    return member;
  }

  /** What was done since the last time. */
  get done(): readonly unknown[] {
    return this.log.splice(0);
  }

  forget(): void {
    this.log.length = 0;
  }

  /** What the metrics say about this. */
  async metric(text: string): Promise<readonly string[]> {
    const lines = (await this.metrics.registry.metrics()).split('\n');
    return lines.filter((line) => !line.startsWith('#') && line.includes(text));
  }

  stop(): void {
    this.end.abort();
  }
}

/** Waits in real time, while the test's own stands still. */
export async function soon(holds: () => boolean, awaited: string): Promise<void> {
  for (let looks = 0; !holds(); looks += 1) {
    if (looks > LOOKS) throw new Error(`it does not come: ${awaited}`);
    await sleep(5);
  }
}

const started: PlayedElector[] = [];

/** For `beforeEach`: the test's time begins. */
export function beginTime(): void {
  jest.useFakeTimers({ now: FIRST_MOMENT, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
}

/** Lets so much of the test's time pass. */
export const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds);

/** For `afterEach`. */
export function endTime(): void {
  for (const member of started.splice(0)) member.stop();
  jest.useRealTimers();
}
