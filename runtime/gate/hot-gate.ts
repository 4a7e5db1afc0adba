/**
 * Stands where the gate stands when the application runs on all members: what is promoted runs, what is demoted waits.
 * The application is trusted to obey its hooks; nobody stops it.
 */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from '../app-check';
import type { Deadline, Gate } from '../election/state';
import type { GateLink } from './gate';

export interface HotGateOptions {
  readonly check: URL;

  /** They get a POST of `{"term": N}`. */
  readonly onPromote?: URL;
  readonly onDemote?: URL;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;
}

const CHECK_PERIOD_MS = 1000;
const TIMEOUT_MS = 1000;
const HOOK_PAUSE_MS = 200;

/** One answer may be late. */
const FAILURES = 3;

export class HotGate implements GateLink {
  onWord: (gate: Gate) => void = () => undefined;
  readonly former = undefined;
  readonly isOpen = true;

  /** Counts the times that the application came up, or was demoted. */
  private id = 0;
  private failures = FAILURES;
  private deadline: Deadline | undefined;
  private promoted: number | undefined;
  private fence: NodeJS.Timeout | undefined;

  constructor(private readonly options: HotGateOptions) {}

  open(): void {
    void this.check();
  }

  allow(deadline: Deadline): void {
    if (Number(deadline.gate) !== this.id) return;
    const isNew = this.deadline?.term !== deadline.term;
    this.deadline = deadline;
    clearTimeout(this.fence);
    this.fence = setTimeout(() => {
      this.forbid();
    }, deadline.until - this.options.clock());
    if (isNew) void this.promote(deadline.term);
  }

  forbid(): void {
    clearTimeout(this.fence);
    const { deadline } = this;
    this.deadline = undefined;
    if (deadline) void this.demote(deadline.term);
    else if (this.promoted === undefined && this.isUp) this.say('waiting');
  }

  private get isUp(): boolean {
    return this.failures < FAILURES;
  }

  private async check(): Promise<void> {
    for (;;) {
      this.count(await answers(this.options.check, TIMEOUT_MS));
      await sleep(CHECK_PERIOD_MS);
    }
  }

  private count(isGood: boolean): void {
    const before = this.failures;
    this.failures = isGood ? 0 : before + 1;
    if (isGood && before >= FAILURES) this.comeUp();
    if (this.failures === FAILURES) this.goDown();
  }

  private comeUp(): void {
    this.id += 1;
    this.say('waiting');
  }

  private goDown(): void {
    clearTimeout(this.fence);
    this.deadline = undefined;
    this.promoted = undefined;
    this.onWord({ word: 'none' });
  }

  private async promote(term: number): Promise<void> {
    this.promoted = term;
    const isWanted = () => this.deadline?.term === term;
    if (!(await this.call(this.options.onPromote, term, isWanted)) || !isWanted()) return;
    this.onWord({ word: 'running', id: String(this.id), term });
  }

  /** An application that does not answer any more is not asked for ever: `check` finds it gone. */
  private async demote(term: number): Promise<void> {
    const isWanted = () => this.promoted === term;
    if (!(await this.call(this.options.onDemote, term, isWanted)) || !isWanted()) return;
    this.promoted = undefined;
    this.onWord({ word: 'ended', id: String(this.id) });
    this.comeUp();
  }

  /** Until it is done, or not wanted any more. */
  private async call(url: URL | undefined, term: number, isWanted: () => boolean): Promise<boolean> {
    if (url === undefined) return true;
    while (isWanted()) {
      if (await post(url, term)) return true;
      await sleep(HOOK_PAUSE_MS);
    }
    return false;
  }

  private say(word: 'waiting'): void {
    this.onWord({ word, id: String(this.id) });
  }
}

function post(url: URL, term: number): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const asked = request(url, { method: 'POST', agent: false, headers, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode !== undefined && answer.statusCode < 300);
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', () => {
      resolve(false);
    });
    asked.end(JSON.stringify({ term }));
  });
}
