/** The elector's side of the shared folder, as docs/decisions/0002-runtime-contract.md has it. */
import type { Clock } from '../clock';
import type { Deadline, Gate } from '../election/state';
import type { DeadlineStore } from './deadline-file';
import { type Alarm, type GateLink, SILENCE_MS } from './gate';
import { GateClock } from './gate-clock';
import { LateFence } from './late-fence';
import { type GateWord, gateOf, wordIn } from './words';

/** How long after a word that does not prove that the clocks agree another is asked for. */
const AGAIN_MS = 200;

/** The gate says only so much for one deadline: after so many words it gets a new one, long before it falls silent. */
const ENOUGH_WORDS = 20;

/** So much earlier than the last: the least that is another to the gate. */
const NEXT_DEADLINE_MS = 10;

type Said = GateWord | { readonly word: 'none' };

export interface GateListener {
  readonly onText: (text: string) => void;

  /** The last gate is gone. */
  readonly onEnd: () => void;
}

/** What elector and gate share. */
export interface GateFolder {
  readonly deadline: DeadlineStore;
  open(listener: GateListener): void;
  readonly isOpen: boolean;

  /** What the gate has said and nobody has heard, in this moment. */
  readAll(): string;

  /** Has a gate that waits look at the deadline. */
  ring(): void;
}

export interface FifoGateOptions {
  readonly folder: GateFolder;
  readonly clock: Clock;

  /** How late the gate may look at its deadline, in milliseconds. */
  readonly margin: number;

  /** The time between two looks, in milliseconds. */
  readonly onTick: (milliseconds: number) => void;
  readonly onAlarm: (alarm: Alarm) => void;
}

export class FifoGate implements GateLink {
  onWord: (gate: Gate) => void = () => undefined;
  onAnswer: (term: number) => void = () => undefined;

  /** The beginning of a line whose rest is not there yet. */
  private rest = '';

  /** What was read and not yet told. */
  private heard: Said[] = [];

  /** How many were read since the deadline was written. */
  private words = 0;

  private readonly gateClock = new GateClock();
  private readonly fence: LateFence;
  private endSilence: (() => void) | undefined;
  private endDoubt = (): void => undefined;

  constructor(private readonly options: FifoGateOptions) {
    const { margin, onTick, onAlarm } = options;
    this.fence = new LateFence({ margin, onTick, onLate: (by) => onAlarm({ what: 'fence-late', by }) });
  }

  open(): void {
    this.folder.open({
      onText: (text) => {
        this.take(text);
        this.tell();
      },
      onEnd: () => {
        this.rest = '';
        this.heard.push({ word: 'none' });
        this.expectHeartbeats('none');
        this.tell();
      },
    });
    this.folder.ring();
  }

  get isOpen(): boolean {
    return this.folder.isOpen;
  }

  get former(): Deadline | undefined {
    return this.folder.deadline.read();
  }

  get isFit(): boolean {
    return this.gateClock.differsBy === undefined;
  }

  /** A time that the gate would misread is not told. What it says of a new one finds the pipe empty. */
  allow(deadline: Deadline, ring: boolean): void {
    this.take(this.folder.readAll());
    if (this.isFit) {
      this.write(deadline);
      if (ring) this.folder.ring();
    }
    this.tell();
  }

  forbid(): void {
    this.folder.deadline.remove();
    this.take(this.folder.readAll());
    // A gate that began to wait before now may have begun to run since.
    this.heard = this.heard.filter(({ word }) => word !== 'waiting');
    this.tell();
    this.folder.ring();
  }

  private get folder(): GateFolder {
    return this.options.folder;
  }

  private write(deadline: Deadline): void {
    this.words = 0;
    this.fence.renew();
    this.folder.deadline.write(deadline);
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    const words = lines.flatMap((line) => wordIn(line) ?? []);
    for (const said of words) if (said.word === 'running') this.fence.hear(said.id, said.at);
    // Those before it may have waited for long to be read.
    const newest = words.findLast((said) => 'at' in said);
    if (newest) this.compare(newest);
    this.expectHeartbeats(words.at(-1)?.word);
    this.heard.push(...words);
    this.words += words.length;
    if (this.words >= ENOUGH_WORDS) this.letTell();
  }

  /** The gate may tell as much again. Also of what a former process allowed. */
  private letTell(): void {
    const { former } = this;
    if (former) this.write({ ...former, until: former.until - NEXT_DEADLINE_MS });
  }

  /** In the order in which it was said, also when what is told leads to more. */
  private tell(): void {
    for (let said = this.heard.shift(); said; said = this.heard.shift()) {
      if (said.word === 'answers') this.onAnswer(said.term);
      else if (said.word === 'none') this.onWord(said);
      else if (said.word === 'waiting' && !this.gateClock.agrees(said.id)) this.askAgain();
      else this.onWord(gateOf(said));
    }
  }

  private compare({ id, at }: { readonly id: string; readonly at: number }): void {
    const wasFit = this.isFit;
    this.gateClock.hear(id, at, this.options.clock.now());
    const by = this.gateClock.differsBy;
    if (by === undefined || !wasFit) return;
    this.options.onAlarm({ what: 'clocks-differ', by });
    this.folder.deadline.remove();
  }

  private askAgain(): void {
    this.endDoubt();
    this.endDoubt = this.options.clock.later(AGAIN_MS, () => this.folder.ring());
  }

  private expectHeartbeats(last: Said['word'] | undefined): void {
    if (last === undefined) return;
    this.endSilence?.();
    const runs = last === 'running' || last === 'answers';
    this.endSilence = runs ? this.options.clock.later(SILENCE_MS, () => this.lookForHeartbeats()) : undefined;
  }

  private get isExpectant(): boolean {
    return this.endSilence !== undefined;
  }

  /** This process may have been away, and not the gate. */
  private lookForHeartbeats(): void {
    this.endSilence = undefined;
    this.take(this.folder.readAll());
    if (!this.isExpectant) this.options.onAlarm({ what: 'gate-silent' });
    this.tell();
  }
}
