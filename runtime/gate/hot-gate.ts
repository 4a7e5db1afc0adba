/**
 * Stands where the gate stands when the application runs on all members: what is promoted runs, what is demoted waits.
 *
 * Guaranteed: what was promoted, by this process or a former one, is demoted before it waits again, also when it was away
 * in between; it is promoted again when it may have been restarted unseen. Not guaranteed: that it obeys, that one that is
 * bad or hangs has been demoted before another is promoted, and that it stops when this process is gone. It has to check
 * the token.
 */
import type { Clock } from '../clock';
import type { Deadline, Gate } from '../election/state';
import type { DeadlineStore } from './deadline-file';
import type { GateLink } from './gate';

export type Hook = 'onPromote' | 'onDemote';

/** The application, as its elector asks and tells it. */
export interface HotApplication {
  /** Whether it answers well. */
  isWell(): Promise<boolean>;

  /** Whether it takes connections. */
  isListening(): Promise<boolean>;

  /** True as soon as an idle connection to it ends or cannot be made; false after so many milliseconds. */
  ends(limit: number): Promise<boolean>;

  /** @returns whether it has done so */
  call(hook: Hook, term: number): Promise<boolean>;
}

export interface Refusal {
  readonly hook: Hook;
  readonly term: number;

  /** Milliseconds since it was first called. */
  readonly lasts: number;
}

export interface HotGateOptions {
  /** Shared with the processes of this elector that come later. */
  readonly deadline: DeadlineStore;
  readonly application: HotApplication;
  readonly clock: Clock;

  /** Called when a hook has not succeeded at once, and then once a minute until it does. */
  readonly onRefusal: (refusal: Refusal) => void;
}

const CHECK_PERIOD_MS = 1000;
const RETRY_PERIOD_MS = 100;
const HOOK_PAUSE_MS = 200;
const TELL_EVERY_MS = 60_000;

/** One answer may be late. */
const FAILURES = 3;

export class HotGate implements GateLink {
  onWord: (gate: Gate) => void = () => undefined;
  onAnswer = (): void => undefined;
  readonly former: Deadline | undefined;
  readonly isOpen = true;
  readonly isFit = true;

  /** Counts the times that the application came up, or was demoted. */
  private id = 0;
  private failures = FAILURES;

  /** What the application was told to lead, or may have been; past, it shall be demoted. */
  private lead: Deadline | undefined;
  private endFence = (): void => undefined;

  /** Whether an application that has not answered this process yet has obeyed: a former one may have promoted it. */
  private early: Promise<boolean> = Promise.resolve(false);

  /** What a demotion has to wait for. */
  private promotion: Promise<void> = Promise.resolve();

  constructor(private readonly options: HotGateOptions) {
    this.former = options.deadline.read();
  }

  open(): void {
    if (this.former) {
      const { until, gate } = this.former;
      this.id = Number(gate);
      if (until > this.options.clock.now()) this.setLead(this.former);
      else this.due(this.former);
    }
    void this.check();
  }

  allow(deadline: Deadline): void {
    if (Number(deadline.gate) !== this.id || this.lead?.until === 0) return;
    const isNew = this.lead === undefined;
    this.setLead(deadline);
    if (isNew) this.promotion = this.promote(deadline);
  }

  forbid(): void {
    if (this.lead === undefined) {
      if (this.isUp) this.sayWaiting();
    } else if (this.lead.until > 0) this.due(this.lead);
  }

  /** What has not answered this process yet is told at once, until it obeys or comes up. */
  private due(lead: Deadline): void {
    this.setLead({ ...lead, until: 0 });
    const isWanted = () => this.lead?.term === lead.term && !this.isUp;
    if (this.isUp) void this.demote(lead);
    else this.early = this.call('onDemote', lead.term, isWanted);
  }

  private get isUp(): boolean {
    return this.failures < FAILURES;
  }

  private setLead(lead: Deadline): void {
    this.endFence();
    this.options.deadline.write(lead);
    this.lead = lead;
    if (lead.until > 0) this.forbidAt(lead.until);
  }

  /** Timers may come before the clock: the election would hear of an end for which it knows no reason. */
  private forbidAt(until: number): void {
    const left = until - this.options.clock.now();
    this.endFence = this.options.clock.later(left, () => {
      if (this.options.clock.now() < until) this.forbidAt(until);
      else this.forbid();
    });
  }

  private async check(): Promise<void> {
    for (;;) {
      await this.look();
      if (this.failures === 0) await this.rest();
      else await this.sleep(await this.checkPause());
    }
  }

  private async look(): Promise<void> {
    await this.count(await this.options.application.isWell());
  }

  /** The end of an idle connection may be the application's: that is looked at without delay, and once. */
  private async rest(): Promise<void> {
    const rested = this.sleep(CHECK_PERIOD_MS);
    if (await this.options.application.ends(CHECK_PERIOD_MS)) {
      await this.look();
      if (this.failures === 0) this.promoteAnew();
    }
    if (this.failures === 0) await rested;
  }

  private async checkPause(): Promise<number> {
    const isGone = this.isUp && !(await this.options.application.isListening());
    return isGone ? RETRY_PERIOD_MS : CHECK_PERIOD_MS;
  }

  private sleep(pause: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.later(pause, resolve);
    });
  }

  private async count(isGood: boolean): Promise<void> {
    const before = this.failures;
    this.failures = isGood ? 0 : before + 1;
    if (isGood && before >= FAILURES) this.comeUp();
    else if (isGood && before > 0) this.promoteAnew();
    if (this.failures === FAILURES) await this.goDown();
  }

  /** What may have been restarted since, faster than it was looked at, does not know that it leads. */
  private promoteAnew(): void {
    const { lead } = this;
    if (lead && lead.until > 0) this.promotion = this.promotion.then(() => this.promote(lead));
  }

  /** With the lead of a former process it goes on if that still lasts. */
  private comeUp(): void {
    const { lead } = this;
    if (lead === undefined) this.wait();
    else if (lead.until > 0) this.promotion = this.promote(lead);
    else void this.demote(lead);
  }

  /** Another will lead soon. One that is bad and still listens may be told once. */
  private async goDown(): Promise<void> {
    const { lead } = this;
    if (lead) {
      this.setLead({ ...lead, until: 0 });
      if (await this.options.application.call('onDemote', lead.term)) this.forget();
    }
    this.onWord({ word: 'none' });
  }

  private forget(): void {
    this.lead = undefined;
    this.early = Promise.resolve(false);
    this.options.deadline.remove();
  }

  private wait(): void {
    this.id += 1;
    this.sayWaiting();
  }

  private async promote({ term }: Deadline): Promise<void> {
    const isWanted = () => this.lead?.term === term && this.lead.until > 0;
    if (await this.call('onPromote', term, isWanted))
      this.onWord({ word: 'running', id: String(this.id), term });
  }

  /** An application that is down is told when it comes up again. */
  private async demote({ term }: Deadline): Promise<void> {
    await this.promotion;
    const isWanted = () => this.lead?.term === term && this.isUp;
    const hasObeyed = (await this.early) && isWanted();
    if (!hasObeyed && !(await this.call('onDemote', term, isWanted))) return;
    this.forget();
    this.onWord({ word: 'ended', id: String(this.id) });
    this.wait();
  }

  /** Until it is done, or not wanted any more: then false. */
  private async call(hook: Hook, term: number, isWanted: () => boolean): Promise<boolean> {
    const { application, clock, onRefusal } = this.options;
    const began = clock.now();
    let toldAt = -Infinity;
    while (isWanted()) {
      if (await application.call(hook, term)) return isWanted();
      const now = clock.now();
      if (now - toldAt >= TELL_EVERY_MS) {
        onRefusal({ hook, term, lasts: now - began });
        toldAt = now;
      }
      await this.sleep(HOOK_PAUSE_MS);
    }
    return false;
  }

  private sayWaiting(): void {
    this.onWord({ word: 'waiting', id: String(this.id) });
  }
}
